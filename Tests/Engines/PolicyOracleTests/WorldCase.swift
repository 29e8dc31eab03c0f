// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyOracle
import Testing

/// A change of the small world, one packet, its verdict and what decides.
struct WorldCase: Sendable, CustomTestStringConvertible {
  var name: String
  var flow: Flow
  var expected: Verdict
  /// The summaries of the sides that the packet reaches, without the endpoint's part.
  var decisions: [String]
  var world: World

  init(
    _ name: String, _ flow: Flow, _ expected: Verdict, _ decisions: [String],
    _ change: (inout World) -> Void = { _ in }
  ) {
    self.name = name
    self.flow = flow
    self.expected = expected
    self.decisions = decisions
    world = Town.world
    change(&world)
  }

  var testDescription: String { name }
}

@Suite("Policies, tiers and profiles")
struct WorldCaseTests {
  @Test("the right thing decides", arguments: WorldCase.all)
  func decision(_ testCase: WorldCase) {
    let trace = Oracle(testCase.world).decide(testCase.flow)
    #expect(trace.verdict == testCase.expected, "\(trace.text)")
    #expect(
      trace.reachedSides.map { "\($0.direction.rawValue) \($0.decision)" } == testCase.decisions)
  }
}

extension WorldCase {
  static var all: [WorldCase] { directions + selection + order + profiles + places + claims }
}
