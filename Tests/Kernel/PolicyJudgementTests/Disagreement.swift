// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import PolicyCases
import PolicyOracle
import Testing

/// A packet that not all judges are at one about.
struct Disagreement {
  /// Where the world is from.
  var title: String
  /// With what the judgement has added to that of the case.
  var world: World
  var configuration: DataplaneConfiguration
  var flow: Flow
  /// The world's number, from 0.
  var number: Int
  var simulator: (isAllowed: Bool, trace: String)
  /// Nil where it was not asked.
  var kernel: Bool?

  /// Reports it, in the smallest world in which it still is so.
  func record() {
    // Whether it depends on the worlds before.
    let isFresh = isWrong(in: world)
    let smallest =
      isFresh && RunOptions.shrinks ? Shrinker.minimise(world, while: isWrong) : world
    func word(_ isAllowed: Bool) -> String { isAllowed ? "allowed" : "denied" }
    var text = """
      judges disagree about \(flow) in world \(number)
      oracle: \(word(Oracle(world).decide(flow).verdict == .allow))
      simulator: \(word(simulator.isAllowed))
      kernel: \(kernel.map(word) ?? "not asked")

      """
    if isFresh, let again = try? simulate(smallest) {
      text += "the simulator in the smallest world:\n\(again.trace)\n"
    } else {
      text += "not so when this world is the first; the simulator:\n\(simulator.trace)\n"
    }
    Issue.record("\(text)\n\(title)\n\(Oracle(smallest).explain(flow))\n\(smallest.yaml)")
  }

  /// Whether oracle and simulator disagree about the packet, from nothing.
  private func isWrong(in world: World) -> Bool {
    guard let got = try? simulate(world) else { return false }
    return (Oracle(world).decide(flow).verdict == .allow) != got.isAllowed
  }

  private func simulate(_ world: World) throws -> (isAllowed: Bool, trace: String) {
    try SimulatedNodes(world, configuration).send(flow)
  }
}
