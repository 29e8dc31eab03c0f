// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

extension KubernetesServer {
  /// The folder `Manifests` of the checkout.
  public static var manifestFolder: String {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
    return parts.joined(separator: "/") + "/Manifests"
  }

  /// Applies our custom resource definitions, in the form that this server understands, and our
  /// components' roles, bound to their users, and waits until objects can be made.
  public func installCalico() throws(RigError) {
    try kubectl(
      "apply", "-f", "\(Self.manifestFolder)/crds/structural", "-f",
      "\(Self.manifestFolder)/rbac")
    try kubectl(
      "wait", "--for=condition=Established", "--timeout=60s", "customresourcedefinitions", "--all")
    // Established is not yet served: the list of kinds follows a moment later.
    for _ in 0..<200 where try outcome(["get", "--raw", Self.group]).status != 0 {}
  }

  private static let group = "/apis/crd.projectcalico.org/v1"

  /// Removes all objects of ours, all namespaces but those of Kubernetes itself, and all nodes,
  /// pods, services and network policies, so that the next test finds nothing.
  public func reset() throws(RigError) {
    // Behind the server's back, which sees it like any other change: it takes milliseconds, where
    // one request for each of our kinds takes seconds.
    try etcd.run("del", "--prefix", "/registry/crd.projectcalico.org/")
    try kubectl(
      "delete", "pods,networkpolicies.networking.k8s.io", "--all", "--all-namespaces", "--force",
      "--grace-period=0", "--ignore-not-found")
    try kubectl("delete", "nodes", "--all")
    let services = try get("services", "--all-namespaces")["items"]?.array ?? []
    for service in services {
      guard let name = service["metadata"]?["name"]?.string,
        let namespace = service["metadata"]?["namespace"]?.string,
        namespace != "default" || name != "kubernetes"
      else { continue }
      try kubectl("delete", "service", name, "-n", namespace)
    }
    let ours = try get("namespaces")["items"]?.array ?? []
    let extra = ours.compactMap { $0["metadata"]?["name"]?.string }.filter {
      $0 != "default" && !$0.hasPrefix("kube-")
    }
    guard !extra.isEmpty else { return }
    let outcome = try outcome(["delete", "namespaces"] + extra + ["--timeout=60s"])
    guard outcome.status == 0 else {
      throw RigError("kubectl delete namespaces: \(outcome.errors)")
    }
  }
}
