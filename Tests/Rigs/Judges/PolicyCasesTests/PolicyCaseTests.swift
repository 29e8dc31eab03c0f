// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import HostSystem
import PolicyCases
import PolicyOracle
import Resources
import TestSupport
import Testing
import ValueTree

@Suite("Random policy cases")
struct PolicyCaseTests {
  /// The first seed of the cases; `CALICO_TEST_SEED` gives another.
  static let firstSeed = SplitMix64.seed(for: "random policy cases")

  static func cases(_ count: UInt64) -> [PolicyCase] {
    (0..<count).map { PolicyCase(seed: firstSeed &+ $0) }
  }

  @Test("500 worlds: every field and action has its say, and about half of the packets pass")
  func coverage() {
    var coverage = Coverage()
    for testCase in Self.cases(500) { coverage.add(testCase) }
    print(coverage.table)
    #expect((30...70).contains(coverage.allowedPercent))
    for name in Coverage.names {
      #expect(coverage[name].hits >= 50, "\(name)")
    }
    for feature in RuleFeature.all where feature.name != "http" {
      #expect(coverage[feature.name].matched > 0, "\(feature.name)")
      #expect(coverage[feature.name].refused > 0, "\(feature.name)")
    }
    // Nobody looks into HTTP, and only an Allow may ask for it.
    #expect(coverage["http"].matched == 0)
  }

  @Test("every world is one that people could have written, and reads back the same")
  func valid() throws {
    for testCase in Self.cases(500) {
      let problems = testCase.world.resources.flatMap { $0.validate() }
      #expect(problems.isEmpty, "seed \(testCase.seed): \(problems)")
    }
    for testCase in Self.cases(100) {
      let documents = try YAML.documents(Array(testCase.world.yaml.utf8), file: "world.yaml")
      let read = try documents.map { try ResourceDocument.decode($0).encode() }
      #expect(read == testCase.world.resources.map { $0.encode() }, "seed \(testCase.seed)")
    }
  }

  @Test("worlds have the size that is promised")
  func size() {
    for testCase in Self.cases(200) {
      let world = testCase.world
      #expect((8...12).contains(world.endpoints.count))
      #expect((1...3).contains(world.tiers.count))
      #expect((3...8).contains(world.policies.count + world.globalPolicies.count))
      #expect(Set(world.resources.map(\.key)).count == world.resources.count)
      #expect(testCase.probes.count { !$0.simulatedOnly } == 32, "seed \(testCase.seed)")
    }
  }

  @Test("worlds have things that claim to belong elsewhere, and names of every length")
  func claims() {
    var counts: [String: Int] = [:]
    func count(_ what: String, _ isSo: Bool) { counts[what, default: 0] += isSo ? 1 : 0 }
    func claims(_ labels: [String: String]) -> Bool {
      labels["pcns.projectcalico.org/name"] != nil || labels["pcsa.role"] != nil
    }
    for testCase in Self.cases(500) {
      let world = testCase.world
      for endpoint in world.endpoints {
        let (spec, labels) = (endpoint.spec, endpoint.metadata.labels)
        count("claiming pod", claims(labels))
        count(
          "pod claiming another namespace",
          labels["projectcalico.org/namespace"] != endpoint.metadata.namespace)
        count(
          "pod claiming an account",
          spec.serviceAccountName.isEmpty && labels["projectcalico.org/serviceaccount"] != nil)
        count("pod with an account too long for a label", spec.serviceAccountName.utf8.count > 63)
        count("pod with a dotted name", spec.pod.contains("."))
        count("pod with a long name", spec.pod.utf8.count > 100)
        count("pod in a namespace with a long name", endpoint.metadata.namespace?.utf8.count == 63)
        let own = "kns.\(endpoint.metadata.namespace ?? "")"
        count(
          "pod naming another namespace's profile",
          spec.profiles.contains { $0.hasPrefix("kns.") && $0 != own })
        count("pod not naming its own", !spec.profiles.contains(own))
      }
      let sets = world.networkSets.map(\.metadata) + world.globalNetworkSets.map(\.metadata)
      count("claiming network set", world.networkSets.contains { claims($0.metadata.labels) })
      count("claiming global set", world.globalNetworkSets.contains { claims($0.metadata.labels) })
      count("claiming host endpoint", world.hostEndpoints.contains { claims($0.metadata.labels) })
      count(
        "claiming profile",
        world.profiles.contains {
          $0.metadata.name == "lax" && claims($0.spec.labelsToApply)
        })
      count("set with a long name", sets.contains { $0.name.utf8.count > 200 })
      count("policy with a long name", world.policies.contains { $0.metadata.name.utf8.count > 62 })
      // Packets from or to what only a global set has, in a world with a rule that negates.
      let rules =
        world.policies.flatMap { $0.spec.ingress + $0.spec.egress }
        + world.globalPolicies.flatMap { $0.spec.ingress + $0.spec.egress }
      let negates = rules.flatMap { [$0.source, $0.destination] }.contains { entity in
        let text = entity.namespaceSelector
        return text.hasPrefix("!") || text.contains(" != ") || text.contains(" not in ")
      }
      let nets = world.globalNetworkSets.flatMap(\.spec.nets).compactMap { CIDR($0) }
      count(
        "outsider before a negation",
        negates
          && testCase.probes.contains { probe in
            [probe.flow.source, probe.flow.destination].contains { end in
              PolicyCase.outsideNets.contains { $0.contains(end) }
                && nets.contains { $0.contains(end) }
            }
          })
    }
    for (what, number) in counts { #expect(number >= 20, "\(what): \(number)") }
    #expect(counts.count == 16)
  }

  @Test("one seed always makes one case")
  func deterministic() {
    for testCase in Self.cases(20) {
      let again = PolicyCase(seed: testCase.seed)
      #expect(again.world == testCase.world)
      #expect(again.probes == testCase.probes)
    }
    #expect(PolicyCase(seed: 1).world != PolicyCase(seed: 2).world)
  }

  @Test("every packet has a workload at one end or two, and addresses that are promised")
  func ends() {
    for testCase in Self.cases(200) {
      let own = Set(testCase.world.endpoints.flatMap(\.spec.ipNetworks))
      func isOwn(_ probe: Probe, _ end: KeyPath<Flow, IPAddress>) -> Bool {
        own.contains(CIDR(host: probe.flow[keyPath: end]).description)
      }
      for probe in testCase.probes {
        let ends = [\Flow.source, \Flow.destination]
        #expect(probe.flow.source.family == probe.flow.destination.family)
        #expect(ends.contains { isOwn(probe, $0) })
        for end in ends where !isOwn(probe, end) {
          #expect(
            PolicyCase.outsideNets.contains { $0.contains(probe.flow[keyPath: end]) },
            "seed \(testCase.seed): \(probe.flow)")
        }
      }
    }
  }

  @Test("what a kernel is given is TCP, UDP or a question of ICMP")
  func kernelProbes() {
    for probe in Self.cases(200).flatMap(\.probes) where !probe.simulatedOnly {
      let flow = probe.flow
      switch flow.transport {
      case .tcp, .udp:
        #expect(flow.sourcePort ?? 0 > 0 && flow.destinationPort ?? 0 > 0)
        #expect(flow.destinationPort != 4789)
      case .icmp: #expect([8, 13, 15, 17].contains(flow.icmpType))
      case .icmpv6: #expect(flow.icmpType == 128 && flow.icmpCode == 0)
      default: Issue.record("\(flow)")
      }
    }
  }
}
