// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import HostSystem
import Logging
import Settings

/// Sends agents away, one at a time, where this Typha has more than its share of them
/// (compatibility §5.3).
struct Rebalancer: Sendable {
  let balance: Balance
  /// How often it is found out how many Typhas there are.
  let pollInterval: Duration
  /// Between two agents that are sent away.
  let dropInterval: Duration
  let listener: Listener
  /// How many nodes the cluster has.
  let nodes: @Sendable () async -> Int
  /// How many Typhas there are; nil where nobody can tell, and the upper limit counts.
  let typhas: (@Sendable () async throws -> Int)?
  let log: Logger
  var clock = HostClock.continuous

  /// Runs until the task is cancelled.
  func run() async throws {
    var target = balance.upper
    var nextPoll = clock.now()
    while true {
      // With a random part, so that Typhas that started together do not send away together.
      try await clock.sleep(max(dropInterval, .milliseconds(10)) * Double.random(in: 0.75...1.25))
      if clock.now() >= nextPoll {
        nextPoll = clock.now() + pollInterval * Double.random(in: 0.9...1.1)
        target = await self.target(instead: target)
      }
      let count = await listener.connections().reduce(0, +)
      guard count > target else { continue }
      _ = await listener.dropOne(
        Farewell(.rebalancing, "there are \(count) connections here, and \(target) are its share"))
    }
  }

  private func target(instead old: Int) async -> Int {
    guard let typhas else { return balance.upper }
    do {
      let typhas = try await typhas()
      let target = balance.target(nodes: await nodes(), typhas: typhas)
      if target != old {
        log.info("\(typhas) Typhas share the agents", metadata: ["target": "\(target)"])
      }
      return target
    } catch {
      log.warning("cannot find out how many Typhas there are: \(error)")
      return old
    }
  }
}
