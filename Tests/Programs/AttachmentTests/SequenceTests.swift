// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import TestSupport
import Testing

@Suite("Calls in any order", .needsRoot)
struct SequenceTests {
  /// Steps of each sequence.
  private static let stepCount = 120

  @Test("some failing, some killed, leave every pod that runs as it was", arguments: 0..<3)
  func sequence(number: Int) async throws {
    let seed = SplitMix64.seed(for: "calls in any order \(number)") &+ UInt64(number)
    let host = try await Host(pools: ["10.65.0.0/25"])
    let kernel = try host.kernelSnapshot()
    let sequence = CallSequence(host, seed: seed)
    for step in 0..<Self.stepCount {
      let words = try sequence.step()
      let problems = try await sequence.problems()
      try #require(
        problems.isEmpty,
        "step \(step): \(words)\n\(problems.joined(separator: "\n"))\n\(sequence.history)")
    }
    #expect(sequence.attachedMost >= 4, "a sequence in which nothing runs shows nothing")
    try sequence.deleteAll()
    #expect(try await host.leftovers() == [], "\(sequence.history)")
    #expect(try host.podLinks() == [])
    #expect(try host.kernelSnapshot() == kernel)
    print("calls in any order: \(sequence.tally)")
  }
}
