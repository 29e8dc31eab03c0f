// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Settings

extension NetworkConfiguration {
  /// What the configuration says about the Kubernetes API: its sections `kubernetes` and `policy`,
  /// of which the first goes before, and the limits on requests.
  func kubernetes(_ spec: inout CalicoAPIConfigSpec) throws(CNIError) {
    let policy = try reader.map("policy")
    let section = try reader.map("kubernetes")
    spec.kubeconfig = try section.path("kubeconfig")
    let (root, formerRoot) = (try section.string("k8s_api_root"), try policy.string("k8s_api_root"))
    spec.k8sAPIEndpoint = (root ?? formerRoot).map(Self.server)
    spec.k8sAPIToken = try policy.string("k8s_auth_token")
    spec.k8sCertFile = try policy.path("k8s_client_certificate")
    spec.k8sKeyFile = try policy.path("k8s_client_key")
    spec.k8sCAFile = try policy.path("k8s_certificate_authority")
    spec.k8sClientQPS = try reader.number("qps", 0...1_000_000).map(Double.init)
    spec.k8sClientBurst = try reader.number("burst", 0...1_000_000)
    spec.calicoAPIGroup = try reader.string("calico_api_group")
  }

  /// The server of a URL that may be that of the core group's first version.
  private static func server(_ url: String) -> String {
    var text = url[...]
    while text.hasSuffix("/") { text.removeLast() }
    if text.hasSuffix("/api/v1") { text.removeLast("/api/v1".count) }
    return String(text)
  }
}
