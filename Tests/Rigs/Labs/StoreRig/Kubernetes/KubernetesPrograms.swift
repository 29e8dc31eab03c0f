// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where the programs of Kubernetes are that `scripts/kubernetes-servers` built.
public struct KubernetesPrograms: Sendable {
  public let folder: String

  public var apiServer: String { "\(folder)/kube-apiserver" }
  public var controllerManager: String { "\(folder)/kube-controller-manager" }
  public var kubectl: String { "\(folder)/kubectl" }

  /// Errors: they have not been built.
  public init() throws(RigError) {
    let cache = getenv("CALICO_CACHE_DIR").map { String(cString: $0) } ?? ""
    folder = (cache.isEmpty ? "/var/cache/calico-in-swift" : cache) + "/kubernetes-1.20.2"
    for program in [apiServer, controllerManager, kubectl] where access(program, X_OK) != 0 {
      throw RigError("there is no \(program): run scripts/kubernetes-servers")
    }
  }
}
