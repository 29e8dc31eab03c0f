// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Lab

extension Demo {
  /// The cluster as its tools show it.
  func show(_ lab: LabCluster) throws(LabError) {
    screen.text("\n" + Picture.text(network: LabCluster.subnet, boxes: boxes(lab)))
    try showResources(lab)
    try showRoutes(lab)
    try showSessions(lab)
  }

  private func boxes(_ lab: LabCluster) -> [Picture.Box] {
    lab.nodes.map { node in
      Picture.Box(
        title: "\(node.name)  \(node.address)",
        lines: zip(pods, Cast.roles).filter { $0.0.node === node }.map { pod, role in
          "\(role.short.padded(10)) \(pod.address)"
        })
    }
  }

  private func showResources(_ lab: LabCluster) throws(LabError) {
    let node = try lab.node(1)
    func rows(_ words: [String]) throws(LabError) -> [Substring] {
      let output = try node.calicoctl(words).checked()
      screen.show(node.name, (["calicoctl"] + words).joined(separator: " "), output)
      return output.split(separator: "\n").dropFirst().filter { !$0.allSatisfy { $0 == " " } }
    }
    let nodes = try rows(["get", "nodes", "-o", "wide"])
    let known = lab.nodes.filter { node in
      nodes.contains { $0.contains(node.name) && $0.contains(node.address) }
    }
    ledger.expect("nodes in the datastore", "\(lab.nodes.count)", seen: "\(known.count)")
    let pools = try rows(["get", "ippools"])
    let hasPool = pools.contains { $0.contains("my.ippool") && $0.contains("10.1.0.0/16") }
    ledger.expect("IP pools", "my.ippool", seen: hasPool && pools.count == 1 ? "my.ippool" : "else")
    let endpoints = try rows(["get", "wep", "-A", "-o", "wide"])
    let shown = pods.filter { pod in
      endpoints.contains { $0.contains("\(pod.address)/32") && $0.contains(pod.hostInterface) }
    }
    ledger.expect("workload endpoints", "\(pods.count)", seen: "\(shown.count)")
  }

  /// The routes of one node, without encapsulation since all nodes are in one subnet.
  private func showRoutes(_ lab: LabCluster) throws(LabError) {
    for node in lab.nodes {
      try lab.waitUntil("all routes on \(node.name)") { () throws(LabError) in
        let text = try node.checked("ip", "route")
        let isComplete =
          remote(text, lab, node) == lab.nodes.count - 1 && local(text, node).isEmpty
          && blackholes(text) >= 1
        return isComplete ? nil : text.split(separator: "\n").joined(separator: "; ")
      }
    }
    let node = try lab.node(1)
    let text = try node.checked("ip", "route")
    screen.show(node.name, "ip route", text)
    ledger.expect(
      "routes to other nodes' blocks, by eth0", "\(lab.nodes.count - 1)",
      seen: "\(remote(text, lab, node))")
    ledger.expect("blackhole for the own block", "1", seen: "\(blackholes(text))")
    let missing = local(text, node)
    ledger.expect(
      "routes to own pods", "all", seen: missing.isEmpty ? "all" : "not \(missing.joined())")
  }

  private func lines(_ routes: String) -> [String] {
    routes.split(separator: "\n").map {
      $0.split(separator: " ").joined(separator: " ")
    }
  }

  /// How many other nodes have a block that is routed to them.
  private func remote(_ routes: String, _ lab: LabCluster, _ own: LabNode) -> Int {
    lab.nodes.filter { node in
      node !== own
        && lines(routes).contains {
          $0.hasPrefix("10.1.") && $0.contains("/26 via \(node.address) dev eth0 proto bird")
        }
    }.count
  }

  private func blackholes(_ routes: String) -> Int {
    lines(routes).filter { $0.hasPrefix("blackhole 10.1.") && $0.hasSuffix("/26 proto bird") }.count
  }

  /// The node's pods that have no route.
  private func local(_ routes: String, _ node: LabNode) -> [String] {
    pods.filter { pod in
      pod.node === node
        && !lines(routes).contains("\(pod.address) dev \(pod.hostInterface) scope link")
    }.map(\.name)
  }

  private func showSessions(_ lab: LabCluster) throws(LabError) {
    var established = 0
    for node in lab.nodes {
      let output = try node.calicoctl(["node", "status"]).checked()
      if node === lab.nodes.first { screen.show(node.name, "calicoctl node status", output) }
      established += output.split(separator: "\n").filter { $0.contains("Established") }.count
    }
    let all = lab.nodes.count * (lab.nodes.count - 1)
    ledger.expect("BGP sessions established, on all nodes", "\(all)", seen: "\(established)")
  }

  /// Everybody asks everybody.
  func matrix(_ lab: LabCluster, _ when: String, _ expected: Matrix) throws(LabError) {
    var seen = Matrix(names: Cast.roles.map(\.short), cells: [])
    try screen.step("Every pod asks every other one, \(when)") { () throws(LabError) in
      seen.cells = try ask(lab)
    }
    let (good, all) = seen.agreement(with: expected)
    screen.text("\n" + seen.text(expected: expected, screen) + "\n")
    ledger.expect("pod to pod, \(when)", "\(all) of \(all)", seen: "\(good) of \(all)")
  }

  private func ask(_ lab: LabCluster) throws(LabError) -> [[String]] {
    func targets(_ pod: LabPod) -> [ProbeTarget] {
      [
        ProbeTarget(.tcp, pod.address, 6379), ProbeTarget(.udp, pod.address, 53),
        ProbeTarget(.icmp, pod.address),
      ]
    }
    var running: [RunningProbe] = []
    for pod in pods {
      let others = pods.filter { $0 !== pod }
      running.append(try lab.startProbes(from: pod, to: others.flatMap(targets)))
    }
    var cells: [[String]] = []
    for (pod, probes) in zip(pods, running) {
      let outcomes = try probes.outcomes()
      cells.append(
        pods.map { other in
          guard other !== pod else { return Matrix.none }
          return zip(targets(other), Matrix.letters).map { target, letter in
            answers(outcomes[target], target, other) ? letter : "."
          }.joined()
        })
    }
    return cells
  }

  /// Whether it was the right pod that answered.
  private func answers(_ outcome: ProbeOutcome?, _ target: ProbeTarget, _ pod: LabPod) -> Bool {
    guard case .answered(let name, _) = outcome else { return false }
    return target.transport == .icmp || name == pod.name
  }

  /// A pod asks a machine that knows nothing of pods.
  func showOutside(_ lab: LabCluster) throws(LabError) {
    let pod = pods[Cast.frontend]
    var outcome: ProbeOutcome?
    try screen.step("A pod asks a machine outside of the cluster (natOutgoing)") {
      () throws(LabError) in
      let outside = try lab.addHost("outside", address: "172.31.63.200")
      try lab.serve(outside, tcp: [80])
      outcome = try lab.probe(from: pod, to: ProbeTarget(.tcp, outside.address, 80))
    }
    let text = outcome?.description ?? "nothing"
    screen.text("     \(pod.name) (\(pod.address)): \(text)")
    ledger.expect(
      "outside sees", pod.node.address,
      seen: text.split(separator: " ").last.map(String.init) ?? "")
  }
}
