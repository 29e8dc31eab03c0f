// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The protocols of ports in Kubernetes, which are written like this and in no other way.
enum KubernetesProtocol {
  static let names = ["TCP", "UDP", "SCTP"]
}
