// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Resources

extension Metadata {
  /// The metadata of a resource that is made of an object of Kubernetes.
  init(_ object: KubeObjectMeta, name: String, namespace: String? = nil) {
    self.init(name: name, namespace: namespace)
    if !object.uid.isEmpty { uid = object.uid }
    if !object.resourceVersion.isEmpty { resourceVersion = object.resourceVersion }
    if object.hasCreationTimestamp {
      creationTimestamp = UTCTime.text(object.creationTimestamp.seconds)
    }
  }
}
