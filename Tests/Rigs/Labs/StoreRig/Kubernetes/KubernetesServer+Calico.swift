// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

extension KubernetesServer {
  /// The folder `Manifests` of the checkout.
  public static var manifestFolder: String {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(6)
    return parts.joined(separator: "/") + "/Manifests"
  }

  /// Applies our custom resource definitions, in the form that this server understands, and our
  /// components' roles, bound to their users, and waits until objects can be made.
  public func installCalico() async throws(RigError) {
    try kubectl(
      "apply", "-f", "\(Self.manifestFolder)/crds/structural", "-f",
      "\(Self.manifestFolder)/rbac")
    let end = ContinuousClock.now + .seconds(60)
    while try !areKindsServed() {
      guard ContinuousClock.now < end else {
        throw RigError("the API server does not serve our kinds a minute after it got them")
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  private static let group = "crd.projectcalico.org"

  /// Whether all of our definitions are established, and their kinds can be asked for.
  private func areKindsServed() throws(RigError) -> Bool {
    let all = try get("customresourcedefinitions")["items"]?.array ?? []
    let ours = all.filter { $0["spec"]?["group"]?.string == Self.group }
    let established = ours.filter { definition in
      (definition["status"]?["conditions"]?.array ?? []).contains {
        $0["type"] == "Established" && $0["status"] == "True"
      }
    }
    guard !ours.isEmpty, established.count == ours.count else { return false }
    let answer = try outcome(["get", "--raw", "/apis/\(Self.group)/v1"])
    guard answer.status == 0, let served = try? JSON.document(Array(answer.output.utf8), file: "")
    else { return false }
    return (served.value["resources"]?.array ?? []).count >= ours.count
  }

  /// Removes all objects of ours, all namespaces but those of Kubernetes itself with what is in
  /// them, and all nodes, pods, services and network policies, so that the next test finds nothing.
  ///
  /// It takes them out of the server's etcd, which the server sees like any other change: that
  /// takes a moment, where a namespace takes five seconds to end.
  public func reset() async throws(RigError) {
    var doomed: Set<String> = []
    for key in try etcd.run("get", "/registry/", "--prefix", "--keys-only").split(separator: "\n") {
      if let prefix = Self.doomedPrefix(of: key) { doomed.insert(prefix) }
    }
    for prefix in doomed.sorted() {
      // A prefix that ends in a slash is that of a folder, any other one a key.
      if prefix.hasSuffix("/") {
        try etcd.run("del", prefix, "--prefix")
      } else {
        try etcd.run("del", prefix)
      }
    }
    // Until the server's caches know: the namespaces are the last in order.
    let end = ContinuousClock.now + .seconds(30)
    while try get("namespaces")["items"]?.array?.contains(where: Self.isExtra) ?? false {
      guard ContinuousClock.now < end else { throw RigError("a namespace does not go") }
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  private static func isExtra(_ namespace: Value) -> Bool {
    isExtra(namespace["metadata"]?["name"]?.string ?? "")
  }

  private static func isExtra(_ namespace: String) -> Bool {
    namespace != "default" && !namespace.hasPrefix("kube-")
  }

  /// The folder or key to delete, of which `key` is a part; nil for what stays.
  private static func doomedPrefix(of key: Substring) -> String? {
    let parts = key.split(separator: "/")
    guard parts.count >= 3, parts[0] == "registry" else { return nil }
    switch parts[1] {
    case "crd.projectcalico.org", "pods", "minions", "networkpolicies", "endpointslices", "events":
      return "/registry/\(parts[1])/"
    case "namespaces": return isExtra(String(parts[2])) ? String(key) : nil
    case "services":
      // services/specs/NAMESPACE/NAME, services/endpoints/NAMESPACE/NAME
      return parts.suffix(2) == ["default", "kubernetes"] ? nil : String(key)
    case "serviceaccounts", "secrets", "configmaps":
      return isExtra(String(parts[2])) ? "/registry/\(parts[1])/\(parts[2])/" : nil
    default: return nil
    }
  }
}
