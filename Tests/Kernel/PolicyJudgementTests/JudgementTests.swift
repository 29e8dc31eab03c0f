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

  @Test("what is in no namespace and under no service account is in none that is not this one")
  func belonging() async throws {
    var judgement = try await Judgement(seed: RunOptions.seed)
    for item in Belonging.rules {
      for (name, world, answers) in Belonging.worlds(item) {
        _ = try await judgement.judge("\(name): \(item.source)", world, answers)
      }
    }
    for item in Belonging.policies {
      for (name, world, answers) in Belonging.worlds(item) {
        _ = try await judgement.judge("\(name) for \(item)", world, answers)
      }
    }
    print(judgement.summary)
    #expect(judgement.worlds > 300)
  }
}
