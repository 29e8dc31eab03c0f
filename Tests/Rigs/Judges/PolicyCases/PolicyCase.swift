// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import PolicyOracle
import Resources

/// A random world and packets to try in it, all made from one seed.
///
/// DESIGN: chance alone hardly ever meets a rule, so packets are aimed: at the edges of the nets
/// and ports of the rules, in the family and protocol of a rule, between endpoints that it selects.
/// Worlds are valid, and everything in them can be made on one machine: workloads are in
/// `10.65.0.0/16` and `fd65::/48`, all other addresses of probes in `outsideNets`.
public struct PolicyCase: Sendable {
  public let seed: UInt64
  public let world: World
  public let probes: [Probe]

  /// Where the addresses of probes are that no workload has.
  public static let outsideNets: [CIDR] = [
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/64", "2001:db8:0:1::/64",
  ].compactMap { CIDR($0) }

  /// The names of the nodes that workloads are on.
  public static let nodes = ["node1", "node2"]

  public init(seed: UInt64) {
    self.seed = seed
    var dice = Dice(seed: seed)
    var generator = WorldGenerator(dice: dice)
    world = generator.world()
    dice = generator.dice
    var prober = ProbeGenerator(world: world, dice: dice)
    probes = prober.probes(32, simulated: 8)
  }

  /// What to print when judges disagree about a packet: the seed, the account of the oracle, and
  /// the world.
  public func report(_ flow: Flow, in world: World? = nil) -> String {
    let world = world ?? self.world
    return """
      policy case with seed \(seed)
      \(Oracle(world).explain(flow))
      \(world.yaml)
      """
  }
}
