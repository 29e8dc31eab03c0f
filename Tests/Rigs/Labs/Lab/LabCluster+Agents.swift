// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension LabCluster {
  /// The port of an agent's health server.
  public static let healthPort: UInt16 = 9099
  /// The port of an agent's metrics.
  public static let metricsPort: UInt16 = 9091

  /// Starts all agents and waits until each is ready.
  public func startAgents() throws(LabError) {
    for node in nodes { try node.startAgent() }
    for node in nodes { try waitUntilReady(node) }
  }

  /// Waits until a node's agent says that it is ready.
  public func waitUntilReady(_ node: LabNode, within seconds: Int = 60) throws(LabError) {
    try waitUntil("the agent of \(node.name) is ready", within: seconds) { () throws(LabError) in
      guard node.agentProcess != nil else {
        throw .ended(what: "the agent of \(node.name)", last: node.logTail())
      }
      guard let answer = try node.get(port: Self.healthPort, path: "/readiness") else {
        return "its health server does not answer: \(node.logTail(3))"
      }
      return (200..<300).contains(answer.status) ? nil : answer.body
    }
  }

  /// Waits until each node's BGP sessions are all there and established.
  public func waitUntilMeshed(within seconds: Int = 60) throws(LabError) {
    let sessions = (nodes.count - 1) * (hasIPv6 ? 2 : 1)
    for node in nodes {
      try waitUntil("BGP on \(node.name)", within: seconds) { () throws(LabError) in
        let status = try node.calicoctl(["node", "status"])
        let rows = status.output.split(separator: "\n").filter { $0.contains("node-to-node mesh") }
        let established = rows.filter { $0.contains("Established") }
        return rows.count == sessions && established.count == sessions
          ? nil : (status.output + status.errors).split(separator: "\n").joined(separator: "; ")
      }
    }
  }

  /// Runs `calicoctl` on the first node; it must succeed.
  @discardableResult
  public func calicoctl(_ words: String..., input: String = "") throws(LabError) -> String {
    try node(1).calicoctl(words, input: input).checked()
  }
}
