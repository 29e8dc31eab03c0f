// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Testing

@Suite struct BalanceTests {
  private let standard = Balance(lower: 400, upper: 10_000)

  @Test func `the others could take over every node, and a fifth more`() {
    let balance = Balance(lower: 1, upper: 10_000)
    #expect(balance.target(nodes: 1000, typhas: 3) == 1 + 600)
    #expect(balance.target(nodes: 1000, typhas: 2) == 1 + 1200)
    #expect(balance.target(nodes: 0, typhas: 5) == 1)
    #expect(balance.target(nodes: 5, typhas: 4) == 3)
  }

  @Test func `one Typha alone keeps as many as it may`() {
    #expect(standard.target(nodes: 10, typhas: 1) == 10_000)
    #expect(standard.target(nodes: 10, typhas: 0) == 10_000)
  }

  @Test func `the target stays within its bounds, whatever is said of the cluster`() {
    #expect(standard.target(nodes: 10, typhas: 3) == 400)
    #expect(standard.target(nodes: 1_000_000, typhas: 3) == 10_000)
    #expect(standard.target(nodes: .max, typhas: 2) == 10_000)
    #expect(standard.target(nodes: -5, typhas: 2) == 400)
    // A lower bound above the upper one does not lift that.
    #expect(Balance(lower: 50, upper: 20).target(nodes: 10, typhas: 3) == 20)
  }
}
