// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing
import ValueTree

@testable import Lab

extension LabTests {
  /// Pods come and go on three nodes with agents.
  @Suite(
    .serialized, .needsRoot,
    .needsPrograms("lab-probe", "calico", "calico-ipam", "calico-node", "calicoctl"), .sharedLab)
  struct Pods {
    @Test("ADD wires, stores and answers the same; DEL leaves nothing of it")
    func addAndDelete() throws {
      let lab = try SharedLab.lab
      let node = try lab.node(1)
      func kernel() throws -> [String] {
        // Neither routes nor links nor anything that the policy's table has of a pod.
        try node.lines("ip", "route") + node.lines("ip", "-o", "-br", "link")
          + node.lines("nft", "list", "map", "inet", "calico", "from-workload")
          + node.lines("nft", "list", "map", "inet", "calico", "to-workload")
      }
      let before = try kernel()
      let pod = try lab.pod("come-and-go", 1, labels: ["app": "x"])
      defer { lab.detachAll(pod) }
      #expect(pod.result["cniVersion"] == .string("1.0.0"))
      #expect(pod.result["ips"]?.array?.count == 1)
      #expect(pod.address.hasPrefix("10.1."))
      let routes = try node.lines("ip", "route")
      #expect(routes.contains("\(pod.address) dev \(pod.hostInterface) scope link"))
      let inside = try pod.checked("ip", "-o", "addr", "show", "dev", "eth0")
      #expect(inside.contains("\(pod.address)/32"))
      #expect(try pod.checked("ip", "route").contains("default via 169.254.1.1 dev eth0"))
      let yaml = try lab.calicoctl("get", "wep", pod.endpointName, "-n", "test", "-o", "yaml")
      let stored = try #require(try YAML.documents(Array(yaml.utf8), file: "wep").first?.value)
      #expect(stored["spec"]?["ipNetworks"] == .array([.string("\(pod.address)/32")]))
      #expect(stored["spec"]?["interfaceName"] == .string(pod.hostInterface))
      #expect(stored["metadata"]?["labels"]?["app"] == .string("x"))
      #expect(try lab.calicoctl("ipam", "show", "--ip=\(pod.address)").contains("is in use"))

      try lab.detach(pod)
      try lab.waitUntil("nothing is left") { () throws(LabError) in
        let now = (try? kernel()) ?? []
        return now == before ? nil : now.filter { !before.contains($0) }.joined(separator: "; ")
      }
      #expect(try !node.calicoctl(["get", "wep", pod.endpointName, "-n", "test"]).succeeded)
      #expect(try lab.calicoctl("ipam", "show", "--ip=\(pod.address)").contains("not assigned"))
      #expect(try pod.callPlugin("DEL").succeeded, "a second DEL is no error")
    }

    @Test("a second ADD of the same container changes nothing; CHECK sees what is broken")
    func repeated() throws {
      let lab = try SharedLab.lab
      let pod = try lab.pod("again", 2)
      defer { lab.detachAll(pod) }
      let first = pod.result
      try lab.add(pod)
      #expect(pod.result == first)
      #expect(try pod.callPlugin("CHECK").succeeded)
      try pod.node.checked("ip", "route", "del", pod.address)
      #expect(try !pod.callPlugin("CHECK").succeeded)
    }

    @Test("pods of different nodes reach each other by the routes of BGP, with their own addresses")
    func crossNode() throws {
      let lab = try SharedLab.lab
      let pods = try (1...3).map { try lab.pod("cross-\($0)", $0) }
      defer { for pod in pods { lab.detachAll(pod) } }
      for from in pods {
        for to in pods where from !== to {
          let answered = ProbeOutcome.answered(name: to.name, source: from.address)
          #expect(try lab.outcome(from, .tcp, to.address, 6379) == answered)
          #expect(try lab.outcome(from, .udp, to.address, 53) == answered)
          #expect(try lab.outcome(from, .icmp, to.address).isAnswered)
        }
      }
    }

    @Test("a node reaches its pods, and they it as defaultEndpointToHostAction says")
    func hostAndPod() throws {
      let lab = try SharedLab.lab
      let pod = try lab.pod("local", 1)
      defer { lab.detachAll(pod) }
      let server = try lab.serve(pod.node, tcp: [8080])
      defer { server.stop() }
      #expect(try lab.outcome(pod.node, .tcp, pod.address, 80).isAnswered)
      #expect(try lab.outcome(lab.node(2), .tcp, pod.address, 80).isAnswered)
      for (action, isReached) in [("Drop", false), ("Return", true), ("Drop", false)] {
        try lab.calicoctl(
          "apply", "-f", "-",
          input: """
            apiVersion: projectcalico.org/v3
            kind: FelixConfiguration
            metadata:
              name: node.k8s-n1
            spec:
              defaultEndpointToHostAction: \(action)
            """)
        try lab.waitUntil(pod, reaches: pod.node.address, 8080, isReached)
      }
    }

    @Test("a borrowed address is reached where it is and not where its block is")
    func borrowed() throws {
      let lab = try SharedLab.lab
      try lab.calicoctl(
        "create", "-f", "-",
        input: """
          apiVersion: projectcalico.org/v3
          kind: IPPool
          metadata:
            name: tiny
          spec:
            cidr: 10.2.0.0/29
            blockSize: 29
          """)
      defer {
        #expect(throws: Never.self) { try lab.calicoctl("delete", "ippool", "tiny") }
      }
      let owner = try lab.pod("owner", 1, pool: "10.2.0.0/29")
      let borrower = try lab.pod("borrower", 2, pool: "10.2.0.0/29")
      let other = try lab.pod("other", 3)
      defer { lab.detachAll(owner, borrower, other) }
      #expect(owner.address.hasPrefix("10.2.0."))
      #expect(borrower.address.hasPrefix("10.2.0."))
      try lab.waitUntil("the borrowed address has a route of its own") { () throws(LabError) in
        for node in lab.nodes where node.name != "k8s-n2" {
          let routes = try node.checked("ip", "route")
          guard routes.contains("\(borrower.address) via 172.31.48.12 dev eth0 proto bird") else {
            return routes
          }
        }
        return nil
      }
      #expect(try owner.node.lines("ip", "route").contains("blackhole 10.2.0.0/29 proto bird"))
      for pod in [owner, other] {
        #expect(try lab.outcome(pod, .tcp, borrower.address, 80).isAnswered)
        #expect(try lab.outcome(borrower, .tcp, pod.address, 80).isAnswered)
      }
    }

    @Test("outside the pools a pod goes by its node's address, inside by its own")
    func natOutgoing() throws {
      let lab = try SharedLab.lab
      let outside = try lab.addHost("nat-outside", address: "172.31.63.201")
      try lab.serve(outside, tcp: [80], udp: [53])
      let pod = try lab.pod("nat", 1)
      let peer = try lab.pod("nat-peer", 3)
      defer { lab.detachAll(pod, peer) }
      for (transport, port) in [(ProbeTransport.tcp, UInt16(80)), (.udp, 53)] {
        #expect(
          try lab.outcome(pod, transport, outside.address, port)
            == .answered(name: outside.name, source: pod.node.address))
        #expect(
          try lab.outcome(pod, transport, peer.address, port)
            == .answered(name: peer.name, source: pod.address))
      }
      #expect(try lab.outcome(pod, .icmp, outside.address).isAnswered)
    }

    @Test("a workload interface that nobody has announced is shut both ways")
    func unknownInterface() throws {
      let lab = try SharedLab.lab
      let node = try lab.node(1)
      let pod = try lab.pod("known", 1)
      defer { lab.detachAll(pod) }
      let stranger = try lab.addHost("stranger", address: "172.31.63.202")
      try lab.serve(stranger, tcp: [80])
      let source = "10.1.255.9"
      // Wired and routed, and not in the datastore: as an interrupted ADD leaves it. The same wires
      // under another name show that they would do.
      for (name, isShut) in [("plain0", false), ("calistranger0", true)] {
        try node.checked(
          "ip", "link", "add", name, "type", "veth", "peer", "name", "eth1", "netns",
          stranger.namespace)
        defer { _ = try? node.run(["ip", "link", "del", name]) }
        try stranger.checked("ip", "addr", "add", "\(source)/32", "dev", "eth1")
        try stranger.checked("ip", "link", "set", "eth1", "up")
        try stranger.checked("ip", "route", "add", pod.address, "dev", "eth1", "src", source)
        try node.checked("ip", "link", "set", name, "up")
        try node.checked("ip", "route", "add", "\(source)/32", "dev", name)
        // Without proxy ARP each side has to be told who the other is.
        func mac(_ place: some LabPlace, _ device: String) throws -> String {
          String(try place.checked("cat", "/sys/class/net/\(device)/address").prefix(17))
        }
        try stranger.checked(
          "ip", "neigh", "replace", pod.address, "lladdr", mac(node, name), "dev", "eth1")
        try node.checked(
          "ip", "neigh", "replace", source, "lladdr", mac(stranger, "eth1"), "dev", name)
        let incoming = try lab.startProbes(
          from: stranger,
          to: [ProbeTarget(.tcp, pod.address, 80), ProbeTarget(.udp, pod.address, 53)],
          source: source)
        let outgoing = try lab.startProbes(from: pod, to: [ProbeTarget(.tcp, source, 80)])
        let outcomes = try Array(incoming.outcomes().values) + outgoing.outcomes().values
        #expect(outcomes.count == 3)
        for outcome in outcomes {
          #expect(isShut ? outcome == .timeout : outcome.isAnswered, "\(name): \(outcome)")
        }
      }
    }

    @Test("a packet with a source that is not the pod's own goes nowhere")
    func spoofed() throws {
      let lab = try SharedLab.lab
      let liar = try lab.pod("liar", 1)
      let neighbour = try lab.pod("neighbour", 1)
      let target = try lab.pod("target", 2)
      defer { lab.detachAll(liar, neighbour, target) }
      let forged = [neighbour.address, "10.1.255.7", "172.31.48.12"]
      try target.checked(
        "nft",
        """
        table inet watch {
          chain in { type filter hook prerouting priority -300;
            \(forged.map { "ip saddr \($0) udp dport 53 counter" }.joined(separator: "\n"))
            ip saddr \(liar.address) udp dport 53 counter
          }
        }
        """)
      for source in forged + [liar.address] {
        _ = try lab.outcome(liar, .udp, target.address, 53, source: source, milliseconds: 500)
      }
      let rules = try target.checked("nft", "list", "table", "inet", "watch").split(separator: "\n")
      for source in forged {
        let rule = try #require(rules.first { $0.contains("saddr \(source) ") })
        #expect(rule.contains("packets 0 "), "\(rule)")
      }
      let honest = try #require(rules.first { $0.contains("saddr \(liar.address) ") })
      #expect(!honest.contains("packets 0 "), "\(honest)")
    }
  }
}
