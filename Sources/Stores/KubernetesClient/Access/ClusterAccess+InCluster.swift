// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

extension ClusterAccess {
  /// Where a pod finds what it needs to reach the API of its cluster.
  package static let accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// What a pod is given: server and port in the environment, token and authority in files.
  ///
  /// Nil when this is no pod, or one without a service account.
  package static func inCluster(
    environment: [String: String], folder: String = accountFolder
  ) -> ClusterAccess? {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
      let port = environment["KUBERNETES_SERVICE_PORT"], UInt16(port) != nil,
      access("\(folder)/token", F_OK) == 0
    else { return nil }
    let name = host.contains(":") ? "[\(host)]" : host
    var result = ClusterAccess(
      server: "https://\(name):\(port)", origin: "the pod's service account")
    result.bearer = .tokenFile("\(folder)/token")
    if access("\(folder)/ca.crt", F_OK) == 0 { result.authority = .file("\(folder)/ca.crt") }
    return result
  }
}
