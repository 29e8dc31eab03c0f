// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing

@testable import Lab

extension LabTests {
  /// The lab without agents.
  @Suite(.serialized, .needsRoot, .needsPrograms("lab-probe"))
  struct Ground {
    private func lab(nodes: Int = 2) throws -> LabCluster {
      try LabCluster(LabOptions(nodes: nodes, programs: ["lab-probe"]))
    }

    @Test("nodes and hosts reach each other through the switch")
    func reach() throws {
      let lab = try lab()
      defer { lab.destroy() }
      let outside = try lab.addHost("outside", address: "172.31.63.200")
      try lab.serve(outside, tcp: [80], udp: [53])
      let node = try lab.node(2)
      let probes = try lab.startProbes(
        from: node,
        to: [
          ProbeTarget(.tcp, outside.address, 80), ProbeTarget(.udp, outside.address, 53),
          ProbeTarget(.icmp, outside.address), ProbeTarget(.icmp, LabCluster.gateway),
        ])
      for (target, outcome) in try probes.outcomes() {
        let expected: ProbeOutcome =
          target.transport == .icmp
          ? .answered(name: "", source: "") : .answered(name: "outside", source: node.address)
        #expect(outcome == expected, "\(target)")
      }
    }

    @Test("a probe tells a closed port from a dropped packet and from a missing route")
    func outcomes() throws {
      let lab = try lab(nodes: 1)
      defer { lab.destroy() }
      let node = try lab.node(1)
      try node.checked("ip", "route", "add", "blackhole", "10.9.0.0/16")
      try node.checked(
        "nft",
        "add table inet t; add chain inet t o { type filter hook output priority 0; }; "
          + "add rule inet t o tcp dport 81 drop")
      func probe(_ target: ProbeTarget) throws -> ProbeOutcome {
        try lab.probe(from: node, to: target, milliseconds: 400)
      }
      #expect(try probe(ProbeTarget(.tcp, LabCluster.gateway, 80)) == .refused)
      #expect(try probe(ProbeTarget(.udp, LabCluster.gateway, 80)) == .refused)
      #expect(try probe(ProbeTarget(.tcp, LabCluster.gateway, 81)) == .timeout)
      guard case .unreachable = try probe(ProbeTarget(.tcp, "10.9.1.1", 80)) else {
        Issue.record("10.9.1.1 is in a blackhole")
        return
      }
    }

    @Test("probes and servers speak IPv6")
    func ipv6() throws {
      let lab = try lab(nodes: 1)
      defer { lab.destroy() }
      let node = try lab.node(1)
      try lab.serve(node, tcp: [80], udp: [53])
      let targets = [
        ProbeTarget(.tcp, "::1", 80), ProbeTarget(.udp, "::1", 53), ProbeTarget(.icmp, "::1"),
      ]
      let outcomes = try lab.startProbes(from: node, to: targets).outcomes()
      for target in targets {
        let outcome = try #require(outcomes[target])
        #expect(outcome.isAnswered, "\(target): \(outcome)")
      }
    }

    @Test("a stream reports a broken connection, and a denied target that answers")
    func stream() throws {
      let lab = try lab(nodes: 1)
      defer { lab.destroy() }
      let node = try lab.node(1)
      let server = try lab.serve(node, tcp: [80], udp: [53])
      let stream = try lab.stream(
        from: node, to: ProbeTarget(.tcp, node.address, 80),
        denied: [ProbeTarget(.udp, node.address, 53), ProbeTarget(.tcp, node.address, 81)])
      try lab.pause(milliseconds: 200)
      server.stop()
      try lab.pause(milliseconds: 100)
      let report = try stream.finish()
      #expect(report.trouble != nil)
      #expect(report.answered > 0)
      #expect(report.denied.map(\.target) == ["udp/\(node.address)/53", "tcp/\(node.address)/81"])
      #expect(report.denied.first.map { $0.successes > 0 } == true)
      #expect(report.denied.last.map { $0.tries > 0 && $0.successes == 0 } == true)
    }

    @Test("the machine is as it was when a lab has gone")
    func leavesNothing() throws {
      let before = try HostSnapshot()
      let lab = try lab()
      let name = lab.name
      let outside = try lab.addHost("outside", address: "172.31.63.200")
      try lab.serve(outside, tcp: [80])
      // A process that the lab knows nothing of, as BIRD is one that an agent has started.
      _ = try outside.run(["sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 &"])
      #expect(LabCluster.leftovers(of: name).count >= 5)
      lab.destroy()
      lab.destroy()
      #expect(LabCluster.leftovers(of: name) == [])
      #expect(try HostSnapshot().labDifferences(from: before) == [])
    }

    @Test("a lab goes with its object")
    func goesWithObject() throws {
      var lab: LabCluster? = try lab(nodes: 1)
      let name = try #require(lab?.name)
      lab = nil
      #expect(LabCluster.leftovers(of: name) == [])
    }

    @Test("a step that fails leaves the lab complete, and nothing after it has gone")
    func failure() throws {
      let lab = try lab(nodes: 1)
      #expect(throws: LabError.self) { try lab.addHost("k8s-n1", address: "172.31.63.200") }
      #expect(throws: LabError.self) { try lab.node(7) }
      lab.destroy()
      #expect(LabCluster.leftovers(of: lab.name) == [])
    }

    @Test("a kept lab is swept only when it is asked for")
    func kept() throws {
      // A process that is no more: its number is free.
      let gone = try RunningCommand(["true"])
      _ = try gone.finish()
      let identity = try #require(LabIdentity(of: "clab\(gone.pid)k"))
      try identity.claim()
      try identity.keep()
      #expect(!LabRemoval.sweep(kept: false).contains(identity.name))
      #expect(LabCluster.leftovers(of: identity.name) == [identity.folder])
      #expect(LabRemoval.sweep(kept: true).contains(identity.name))
      #expect(LabCluster.leftovers(of: identity.name) == [])
    }

    @Test("a lab in use is not swept, also while its folder does not say yet whose it is")
    func inUse() throws {
      let lab = try lab(nodes: 1)
      defer { lab.destroy() }
      #expect(!LabRemoval.sweep(kept: true).contains(lab.name))
      LabFiles.remove(lab.folder + "/owner")
      #expect(!LabRemoval.sweep(kept: true).contains(lab.name))
      #expect(try lab.node(1).run(["true"]).succeeded)
    }
  }
}
