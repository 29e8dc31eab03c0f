// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Lab

extension LabTests {
  /// What others write into the datastore, or do to the kernel, around pods that talk to each other.
  @Suite(
    .serialized, .needsRoot,
    .needsPrograms("lab-probe", "calico", "calico-ipam", "calico-node", "calicoctl"))
  struct ForeignObjects {
    private static func endpoint(
      _ name: String, _ node: LabNode, _ interface: String, _ address: String
    ) -> String {
      """
      apiVersion: projectcalico.org/v3
      kind: WorkloadEndpoint
      metadata:
        name: \(node.name)-k8s-\(name)-eth0
        namespace: default
      spec:
        node: \(node.name)
        orchestrator: k8s
        pod: \(name)
        endpoint: eth0
        interfaceName: \(interface)
        ipNetworks: ["\(address)/32"]
        profiles: [kns.default]
      """
    }

    private func waitForWord(_ word: String, _ isThere: Bool, of node: LabNode, _ lab: LabCluster)
      throws
    {
      try lab.waitUntil("the readiness of \(node.name) \(isThere ? "names" : "forgets") \(word)") {
        () throws(LabError) in
        let answer = try node.get(port: LabCluster.healthPort, path: "/readiness")
        guard let answer, answer.status < 300 else { return answer?.body ?? "no answer" }
        return answer.body.contains(word) == isThere ? nil : answer.body
      }
    }

    private func uplink(_ node: LabNode) throws -> [String] {
      let settings = ["proxy_arp", "route_localnet", "forwarding", "rp_filter"].map {
        "/proc/sys/net/ipv4/conf/eth0/\($0)"
      }
      return try node.lines("ip", "route", "show", "dev", "eth0")
        + node.lines("ip", "-6", "route", "show", "dev", "eth0")
        + [node.run(["cat"] + settings).checked()]
    }

    @Test("an endpoint on the uplink or on a running pod's interface changes nothing, and is named")
    func endpoints() throws {
      let lab = try LabCluster(LabOptions(nodes: 2))
      defer { lab.destroy() }
      try lab.startAgents()
      try lab.waitUntilMeshed()
      let server = try lab.pod("server", 1)
      let client = try lab.pod("client", 2)
      try lab.waitUntil(client, reaches: server.address, 6379, true)
      let node = server.node
      let kept = try lab.stream(from: client, to: ProbeTarget(.tcp, server.address, 6379))
      let before = try uplink(node)
      for (name, interface, address) in [
        ("uplink", "eth0", "10.99.0.9"), ("loop", "lo", "10.99.0.9"),
        ("rival", server.hostInterface, server.address),
        ("greedy", "cali00000000bad", client.node.address),
        ("own", "cali00000000own", node.address),
      ] {
        let text = Self.endpoint(name, node, interface, address)
        try lab.calicoctl("create", "-f", "-", input: text)
        try waitForWord("k8s-\(name)-eth0", true, of: node, lab)
        #expect(try uplink(node) == before, "\(name)")
        #expect(try lab.outcome(client, .tcp, server.address, 6379).isAnswered, "\(name)")
        try lab.calicoctl("delete", "-f", "-", input: text)
        try waitForWord("k8s-\(name)-eth0", false, of: node, lab)
        #expect(try uplink(node) == before, "\(name) is gone")
        #expect(try lab.outcome(client, .tcp, server.address, 6379).isAnswered, "\(name) is gone")
      }
      let report = try kept.finish()
      #expect(report.trouble == nil)
      #expect(report.answered > 0 && report.sent - report.answered < 10)
      lab.detachAll(server, client)
    }

    @Test("a table that somebody has deleted comes back without any change to make")
    func table() throws {
      let lab = try LabCluster(LabOptions(nodes: 1))
      defer { lab.destroy() }
      try lab.startAgents()
      let server = try lab.pod("server", 1)
      let node = server.node
      let interface = server.hostInterface
      func waitForTable() throws {
        try lab.waitUntil("the pod is in the table") { () throws(LabError) in
          let result = try node.run(["nft", "list", "map", "inet", "calico", "to-workload"])
          return result.output.contains(interface) ? nil : "\(result)"
        }
      }
      try waitForTable()
      for words in [["delete", "table", "inet", "calico"], ["flush", "ruleset"]] {
        _ = try node.run(["nft"] + words).checked()
        try waitForTable()
      }
      lab.detachAll(server)
    }
  }
}
