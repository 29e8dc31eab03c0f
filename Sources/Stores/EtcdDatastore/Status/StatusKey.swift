// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where a node reports how it is doing (compatibility §1.5). What stands there goes when the node
/// does not renew it.
public enum StatusKey: Sendable, Hashable {
  /// The region of a cluster that has none.
  public static let noRegion = "no-region"

  /// The agent's own state.
  case node(String, region: String = noRegion)
  /// The agent's last state, which stays.
  case lastReported(node: String, region: String = noRegion)
  case workloadEndpoint(
    node: String, orchestrator: String, workload: String, endpoint: String,
    region: String = noRegion)
  case hostEndpoint(node: String, name: String)

  /// The key in etcd.
  public var path: String {
    func escaped(_ name: String) -> String { KeyLayout.escaped(name) }
    func root(_ node: String, _ region: String) -> String {
      "/calico/felix/v2/\(escaped(region))/host/\(escaped(node))"
    }
    switch self {
    case .node(let node, let region):
      return "\(root(node, region))/status"
    case .lastReported(let node, let region):
      return "\(root(node, region))/last_reported_status"
    case .workloadEndpoint(let node, let orchestrator, let workload, let endpoint, let region):
      return "\(root(node, region))/workload/\(escaped(orchestrator))/\(escaped(workload))"
        + "/endpoint/\(escaped(endpoint))"
    case .hostEndpoint(let node, let name):
      return "/calico/felix/v1/host/\(escaped(node))/endpoint/\(escaped(name))"
    }
  }
}
