// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyCases
import PolicyOracle
import Testing

@Suite("Judgement of policy", .serialized)
struct JudgementTests {
  @Test("oracle, simulator and kernel agree about every packet of every world")
  func agreement() async throws {
    var judgement = try await Judgement(seed: RunOptions.seed)
    for _ in 0..<RunOptions.worlds {
      guard try await judgement.judgeNext() else { break }
    }
    print(judgement.summary)
    print(judgement.coverage.table)
    #expect(judgement.leaks == [])
    #expect(judgement.losses == [])
    guard judgement.worlds >= 500 else { return }
    #expect((30...70).contains(judgement.coverage.allowedPercent))
    for name in Coverage.names { #expect(judgement.coverage[name].hits >= 50, "\(name)") }
  }
}
