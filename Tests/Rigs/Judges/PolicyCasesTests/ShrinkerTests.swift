// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import PolicyCases
import PolicyOracle
import Resources
import Testing
import ValueTree

@Suite("Making a failing case small")
struct ShrinkerTests {
  /// A judge that forgets criteria of rules, as a faulty dataplane would.
  private static func faulty(_ world: World, _ forget: (inout EntityRule) -> Void) -> World {
    var world = world
    for index in world.policies.indices {
      for rule in world.policies[index].spec.ingress.indices {
        forget(&world.policies[index].spec.ingress[rule].source)
      }
    }
    for index in world.globalPolicies.indices {
      for rule in world.globalPolicies[index].spec.ingress.indices {
        forget(&world.globalPolicies[index].spec.ingress[rule].source)
      }
    }
    return world
  }

  private static func disagree(_ world: World, _ flow: Flow) -> Bool {
    let wrong = faulty(world) {
      $0.nets = []
      $0.notNets = []
    }
    return Oracle(world).decide(flow).verdict != Oracle(wrong).decide(flow).verdict
  }

  @Test("a fault in one field shrinks to a few rules, and still shows")
  func shrinks() throws {
    var found = 0
    for offset in 0..<1000 as Range<UInt64> {
      let seed = PolicyCaseTests.firstSeed &+ offset
      let testCase = PolicyCase(seed: seed)
      guard let probe = testCase.probes.first(where: { Self.disagree(testCase.world, $0.flow) })
      else { continue }
      let small = Shrinker.minimise(testCase.world) { Self.disagree($0, probe.flow) }
      #expect(Self.disagree(small, probe.flow), "seed \(seed)")
      #expect(small.isValid, "seed \(seed)")
      let rules =
        small.policies.flatMap { $0.spec.ingress + $0.spec.egress }
        + small.globalPolicies.flatMap { $0.spec.ingress + $0.spec.egress }
      #expect(rules.contains { !($0.source.nets + $0.source.notNets).isEmpty }, "seed \(seed)")
      #expect(rules.count <= 4, "seed \(seed): \(testCase.report(probe.flow, in: small))")
      #expect(small.endpoints.count <= 3, "seed \(seed)")
      // What is printed is the small world.
      let documents = try YAML.documents(Array(small.yaml.utf8), file: "small.yaml")
      #expect(documents.count == small.resources.count)
      found += 1
      if found == 5 { break }
    }
    #expect(found == 5)
  }

  @Test("nothing more is tried than is allowed")
  func bounded() {
    var tries = 0
    _ = Shrinker.minimise(PolicyCase(seed: 7).world, limit: 25) { _ in
      tries += 1
      return false
    }
    #expect(tries == 25)
  }

  @Test("what always fails shrinks to nothing")
  func nothing() {
    let small = Shrinker.minimise(PolicyCase(seed: 7).world) { _ in true }
    #expect(small.resources.isEmpty)
  }

  @Test("a report has the seed, the account and the world")
  func report() throws {
    let testCase = PolicyCase(seed: 11)
    let probe = try #require(testCase.probes.first)
    let report = testCase.report(probe.flow)
    #expect(report.hasPrefix("policy case with seed 11\n"))
    #expect(report.contains(Oracle(testCase.world).explain(probe.flow)))
    #expect(report.hasSuffix(testCase.world.yaml))
  }
}
