// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import HostSystem
import SyncModel
import TestSupport

/// A small cluster that changes at random: nodes with few addresses, so that they share some, and
/// blocks in and out of pools that come and go.
struct RandomNetwork {
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  private static let addresses = ["192.0.2.1/24", "192.0.2.2/24", "192.0.2.3/24", "10.1.0.5/24"]
  private static let pools = ["10.1.0.0/16", "10.1.0.0/24", "10.2.0.0/16", "fd00::/48"]
  private static let blocks = [
    "10.1.0.0/26", "10.1.0.64/26", "10.1.5.0/26", "10.2.0.0/26", "10.9.0.0/26", "fd00::40/122",
  ]

  /// What each object was in the course of time.
  mutating func histories() -> [[SyncUpdate]] {
    var result: [[SyncUpdate]] = []
    for name in ["n1", "n2", "n3", "n4"] {
      result.append(history { network in .node(name, network.node()) })
    }
    for cidr in Self.pools.compactMap({ CIDR($0) }) {
      result.append(history { network in .pool(cidr, network.pool()) })
    }
    for cidr in Self.blocks.compactMap({ CIDR($0) }) {
      result.append(history { network in .block(cidr, network.block()) })
    }
    for name in ["default", "node.n1", "node.n2"] {
      result.append(history { network in .bgpConfiguration(name, network.configuration()) })
    }
    return result
  }

  /// One list in which each history keeps its order.
  mutating func interleaved(_ histories: [[SyncUpdate]]) -> [SyncUpdate] {
    var order = histories.indices.flatMap { index in histories[index].map { _ in index } }
    order.shuffle(using: &random)
    var next = histories.map { _ in 0 }
    return order.map { index in
      defer { next[index] += 1 }
      return histories[index][next[index]]
    }
  }

  static func deletion(_ update: SyncUpdate) -> SyncUpdate {
    switch update {
    case .node(let name, _): .node(name, nil)
    case .pool(let cidr, _): .pool(cidr, nil)
    case .block(let cidr, _): .block(cidr, nil)
    case .bgpConfiguration(let name, _): .bgpConfiguration(name, nil)
    default: update
    }
  }

  private mutating func history(_ make: (inout RandomNetwork) -> SyncUpdate) -> [SyncUpdate] {
    (0..<(1 + random.below(4))).map { _ in make(&self) }
  }

  private mutating func node() -> SyncNode? {
    if random.chance(15) { return nil }
    return SyncNode(
      ipv4: random.chance(80) ? InterfaceAddress(random.pick(Self.addresses)) : nil,
      ipv6: random.chance(30) ? InterfaceAddress(random.pick(["fd01::1/64", "fd01::2/64"])) : nil,
      asNumber: random.pick([nil, nil, 65001]),
      routeReflectorClusterID: random.pick([nil, nil, nil, "1.0.0.1"]),
      labels: random.pick([[:], ["rack": "1"]]))
  }

  private mutating func pool() -> SyncPool? {
    if random.chance(30) { return nil }
    return SyncPool(
      natOutgoing: random.chance(50), disabled: random.chance(30),
      disableBGPExport: random.chance(20))
  }

  private mutating func block() -> SyncBlock? {
    random.chance(25) ? nil : SyncBlock(node: random.pick(["n1", "n1", "n2", nil]))
  }

  private mutating func configuration() -> SyncBGPConfiguration? {
    if random.chance(30) { return nil }
    return SyncBGPConfiguration(
      asNumber: random.pick([nil, 64999]), listenPort: random.pick([nil, 1790]),
      logSeverity: random.pick([nil, .debug, .error]), meshEnabled: random.chance(80))
  }
}
