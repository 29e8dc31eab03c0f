// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing
import ValueTree

@testable import Lab

extension LabTests {
  /// Pods with an address of each family, on two nodes.
  @Suite(
    .serialized, .needsRoot,
    .needsPrograms("lab-probe", "calico", "calico-ipam", "calico-node", "calicoctl"))
  struct DualStack {
    private static let pools = """
      apiVersion: projectcalico.org/v3
      kind: IPPool
      metadata:
        name: pool4
      spec:
        cidr: 10.1.0.0/16
      ---
      apiVersion: projectcalico.org/v3
      kind: IPPool
      metadata:
        name: pool6
      spec:
        cidr: fd10:1::/64
      """

    /// Lets in what comes from `app == 'client'` to TCP 6379, whatever the family.
    private static let policy = """
      apiVersion: projectcalico.org/v3
      kind: NetworkPolicy
      metadata:
        name: clients
        namespace: test
      spec:
        selector: app == 'server'
        ingress:
        - action: Allow
          protocol: TCP
          source:
            selector: app == 'client'
          destination:
            ports: [6379]
      """

    private func pod(_ lab: LabCluster, _ name: String, _ node: Int, app: String) throws -> LabPod {
      let pod = try lab.attach(
        pod: name, namespace: "test", node: try lab.node(node), labels: ["app": app],
        settings: [
          .init(
            "ipam",
            .object([
              .init("type", .string("calico-ipam")), .init("assign_ipv4", .string("true")),
              .init("assign_ipv6", .string("true")),
            ]))
        ])
      try lab.serve(pod, tcp: [6379, 80], udp: [53])
      return pod
    }

    private func address6(_ pod: LabPod) throws -> String {
      try #require(pod.addresses.first { $0.contains(":") })
    }

    @Test("pods have both families across nodes, by BGP routes, and policy holds for both")
    func bothFamilies() throws {
      let lab = try LabCluster(
        LabOptions(nodes: 2, hasIPv6: true, agentSettings: ["NO_DEFAULT_POOLS": "true"]))
      defer { lab.destroy() }
      try lab.calicoctl("create", "-f", "-", input: Self.pools)
      try lab.startAgents()
      try lab.waitUntilMeshed()
      let server = try pod(lab, "server", 1, app: "server")
      let client = try pod(lab, "client", 2, app: "client")
      let other = try pod(lab, "other", 2, app: "other")
      let (server6, client6) = (try address6(server), try address6(client))

      let routes = try server.node.lines("ip", "-6", "route")
      #expect(routes.contains { $0.hasPrefix("\(server6) dev \(server.hostInterface)") })
      #expect(routes.contains { $0.hasPrefix("blackhole fd10:1::") && $0.contains("proto bird") })
      try lab.waitUntil("the route to the other node's block") { () throws(LabError) in
        let lines = try server.node.run(["ip", "-6", "route", "get", client6]).output
        return lines.contains("via \(LabCluster.prefix6)12") ? nil : lines
      }
      for (from, source) in [(client, client6), (other, try address6(other))] {
        for (address, seen) in [(server6, source), (server.address, from.address)] {
          let answered = ProbeOutcome.answered(name: server.name, source: seen)
          #expect(try lab.outcome(from, .tcp, address, 6379) == answered)
          #expect(try lab.outcome(from, .udp, address, 53) == answered)
          #expect(try lab.outcome(from, .icmp, address).isAnswered)
        }
      }

      try lab.calicoctl("create", "-f", "-", input: Self.policy)
      for address in [server6, server.address] {
        try lab.waitUntil(other, reaches: address, 6379, false)
        try lab.waitUntil(client, reaches: address, 6379, true)
        #expect(try !lab.outcome(client, .tcp, address, 80, milliseconds: 500).isAnswered)
        #expect(try !lab.outcome(other, .icmp, address, milliseconds: 500).isAnswered)
      }
      // A node reaches its own workloads whatever the policy.
      #expect(try lab.outcome(server.node, .tcp, server6, 80).isAnswered)
    }
  }
}
