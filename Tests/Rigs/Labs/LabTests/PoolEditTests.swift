// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Lab

extension LabTests {
  /// What is stored about pools and nodes changes under pods that talk to each other.
  @Suite(
    .serialized, .needsRoot,
    .needsPrograms("lab-probe", "calico", "calico-ipam", "calico-node", "calicoctl"))
  struct PoolEdits {
    private static func pool(_ more: String) -> String {
      """
      apiVersion: projectcalico.org/v3
      kind: IPPool
      metadata:
        name: pool
      spec:
        cidr: 10.1.0.0/16
        blockSize: 26
        natOutgoing: true
        \(more)
      """
    }

    private static func node(_ name: String, _ address: String, _ more: String = "") -> String {
      """
      apiVersion: projectcalico.org/v3
      kind: Node
      metadata:
        name: \(name)
      spec:
        bgp:
          ipv4Address: \(address)
          \(more)
      """
    }

    private func waitForBird(
      _ lab: LabCluster, _ what: String, _ isMet: (String) -> Bool
    ) throws {
      for number in 1...2 {
        let file = try lab.node(number).runFolder + "/bird.cfg"
        try lab.waitUntil("BIRD of node \(number) \(what)") { () throws(LabError) in
          let text = LabFiles.read(file) ?? ""
          return isMet(text) ? nil : text
        }
      }
    }

    @Test("a pool that is disabled, meant for others or deleted cuts none of its pods")
    func pools() throws {
      let lab = try LabCluster(
        LabOptions(nodes: 2, agentSettings: ["NO_DEFAULT_POOLS": "true"]))
      defer { lab.destroy() }
      try lab.calicoctl("create", "-f", "-", input: Self.pool(""))
      try lab.startAgents()
      try lab.waitUntilMeshed()
      let server = try lab.pod("server", 1)
      let client = try lab.pod("client", 2)
      try lab.waitUntil(client, reaches: server.address, 6379, true)
      // On the client's own node nothing depends on what is announced: what happens to this stream
      // too is due to the machine.
      let neighbour = try lab.pod("neighbour", 2)
      try lab.waitUntil(client, reaches: neighbour.address, 6379, true)
      let control = try lab.stream(from: client, to: ProbeTarget(.tcp, neighbour.address, 6379))
      let kept = try lab.stream(from: client, to: ProbeTarget(.tcp, server.address, 6379))

      for more in ["nodeSelector: \"!all()\"", "assignmentMode: Manual", "allowedUses: [Tunnel]"] {
        try lab.calicoctl("apply", "-f", "-", input: Self.pool(more))
        #expect(try lab.outcome(client, .tcp, server.address, 6379).isAnswered)
      }
      try lab.calicoctl("apply", "-f", "-", input: Self.pool("disabled: true"))
      try waitForBird(lab, "knows that the pool is disabled") {
        $0.contains("&& ifname ~ \"cali*\"")
      }
      #expect(throws: (any Error).self) { try lab.pod("late", 1) }
      #expect(try lab.outcome(client, .tcp, server.address, 6379).isAnswered)
      #expect(try lab.outcome(server, .tcp, client.address, 6379).isAnswered)

      // The claims on the blocks go with the pool: each pod travels by a route of its own.
      try lab.calicoctl("delete", "ippool", "pool")
      try lab.waitUntil("the route to the pod alone") { () throws(LabError) in
        let lines = try client.node.run(["ip", "route", "show", "\(server.address)/32"]).output
        return lines.contains("proto bird") ? nil : lines
      }
      #expect(try lab.outcome(client, .tcp, server.address, 6379).isAnswered)
      #expect(try lab.outcome(server, .tcp, client.address, 6379).isAnswered)
      let (report, calm) = (try kept.finish(), try control.finish())
      #expect(report.trouble == nil && calm.trouble == nil)
      // All that was sent, before and after the last edit, has its answer, and never were many more
      // without one than of the stream that no edit concerns.
      #expect(report.answered > 0 && report.answered == report.sent)
      #expect(
        report.mostUnanswered <= calm.mostUnanswered + 100,
        "\(report.mostUnanswered) at once, \(calm.mostUnanswered) of the stream beside it")
      lab.detachAll(server, client, neighbour)
    }

    @Test("nodes that cannot be are left out and named, and the others go on")
    func nodes() throws {
      let lab = try LabCluster(
        LabOptions(nodes: 2, agentSettings: ["NO_DEFAULT_POOLS": "true"]))
      defer { lab.destroy() }
      try lab.calicoctl("create", "-f", "-", input: Self.pool(""))
      try lab.startAgents()
      try lab.waitUntilMeshed()
      let own = try lab.node(1).address
      for (name, address, more) in [
        ("a", own, ""), ("b", "127.0.0.1", ""), ("c", "198.51.100.9", "asNumber: 0"),
        ("d", "198.51.100.9", ""),
      ] {
        try lab.calicoctl("create", "-f", "-", input: Self.node(name, address, more))
      }
      // What came after them gets through.
      try waitForBird(lab, "speaks to what can be spoken to") {
        $0.contains("neighbor 198.51.100.9 as 64512;") && !$0.contains("neighbor 127.0.0.1")
      }
      let server = try lab.pod("server", 1)
      let client = try lab.pod("client", 2)
      try lab.waitUntil(client, reaches: server.address, 6379, true)
      lab.detachAll(server, client)
    }
  }
}
