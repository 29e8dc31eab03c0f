// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The kinds of datastores that a lab can run on.
public enum LabDatastore: String, CaseIterable, Sendable {
  /// A file in the lab's folder.
  case local
  /// An etcd in the switch's namespace.
  case etcdv3
  /// A Kubernetes API server in the switch's namespace. Nodes, namespaces, pods and their labels
  /// are Kubernetes' then, and made with kubectl.
  case kubernetes
}
