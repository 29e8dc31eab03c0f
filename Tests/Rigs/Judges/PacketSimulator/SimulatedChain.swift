// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Netlink

/// A chain and its rules in order.
public struct SimulatedChain: Sendable, Hashable {
  public internal(set) var definition: NFTChain
  /// With handles, and counters as they stand.
  public internal(set) var rules: [NFTRule] = []

  init(_ definition: NFTChain) { self.definition = definition }
}
