// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import HostSystem
import PolicyModel
import Resources
import SyncCoding
import SyncModel
import TestSupport

/// Random updates of every kind, about few objects with few values each, so that much of what is said
/// was said before.
struct RandomUpdates {
  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// Two of each kind; nodes and BGP peers are more, as they are counted and asked for apart.
  static let keys: [SyncKey] =
    (0..<2).flatMap { index -> [SyncKey] in
      let network = CIDR(host: IPAddress(v4: UInt32(index)))
      return [
        .workloadEndpoint(WorkloadEndpointID(namespace: "ns", name: "node-k8s-pod-\(index)-eth0")),
        .hostEndpoint("h\(index)"),
        .policy(PolicyID(kind: .networkPolicy, namespace: "ns", name: "p\(index)")),
        .tier("t\(index)"), .profile("p\(index)"),
        .networkSet(NetworkSetID(namespace: index == 0 ? nil : "ns", name: "s")),
        .pool(network), .node("n\(index)"), .node("m\(index)"), .block(network),
        .bgpPeer("p\(index)"), .bgpPeer("q\(index)"), .bgpConfiguration("node.n\(index)"),
        .felixConfiguration("node.n\(index)"),
        .unknown(UnknownUpdateID(kind: 40, name: "u\(index)")),
      ]
    }

  static let objects = (0..<6).map {
    ResourceKey(kind: .networkPolicy, namespace: "ns", name: "p\($0)")
  }

  /// One of three values; they differ in everything that a value has.
  static func value(_ variant: Int, of key: SyncKey) -> SyncUpdate {
    let text = "v\(variant)"
    let labels = ["label": text]
    let address = IPAddress(v4: 0x0a00_0000 + UInt32(variant))
    switch key {
    case .workloadEndpoint(let id):
      return .workloadEndpoint(
        id,
        SyncWorkloadEndpoint(
          node: text, interfaceName: "cali\(variant)", nets: [CIDR(host: address)], labels: labels,
          profiles: ["kns.ns"]))
    case .hostEndpoint(let name):
      return .hostEndpoint(
        name,
        SyncHostEndpoint(node: text, interfaceName: "eth0", addresses: [address], labels: labels))
    case .policy(let id): return .policy(id, SyncPolicy(tier: text, order: Double(variant)))
    case .tier(let name): return .tier(name, SyncTier(order: Double(variant)))
    case .profile(let name): return .profile(name, SyncProfile(labels: labels))
    case .networkSet(let id):
      return .networkSet(id, SyncNetworkSet(nets: [CIDR(host: address)], labels: labels))
    case .pool(let network):
      return .pool(network, SyncPool(natOutgoing: variant > 0, disabled: variant > 1))
    case .node(let name): return .node(name, SyncNode(asNumber: UInt32(variant), labels: labels))
    case .block(let network):
      return .block(network, SyncBlock(node: text, borrowed: [address: text]))
    case .bgpPeer(let name):
      return .bgpPeer(name, SyncBGPPeer(node: text, address: address, asNumber: UInt32(variant)))
    case .bgpConfiguration(let name):
      return .bgpConfiguration(name, SyncBGPConfiguration(asNumber: UInt32(variant)))
    case .felixConfiguration(let name):
      return .felixConfiguration(name, SyncFelixConfiguration(parameters: labels))
    case .unknown(let id): return .unknown(id, .tier(text))
    }
  }

  /// Every third is a deletion.
  mutating func update() -> SyncUpdate {
    let key = random.pick(Self.keys)
    return random.chance(35) ? key.deletion : Self.value(random.below(3), of: key)
  }

  /// Every third has nothing to say.
  mutating func findings() -> ObjectFindings {
    let key = random.pick(Self.objects)
    var asks = Asks(key)
    let problem = ConversionProblem(key: key, field: "spec", reason: "r\(random.below(3))")
    switch random.below(4) {
    case 0: asks.add("spec.a\(random.below(3))", nil)
    case 1: break
    default: return ObjectFindings(key: key, node: "n", problems: [problem], asks: asks)
    }
    return ObjectFindings(key: key, asks: asks)
  }

  /// A batch as a source gives it. Its status is followed up to the last.
  mutating func batch(after status: SyncStatus) -> UpdateBatch {
    let new = random.chance(30) ? random.pick(SyncStatus.allCases) : status
    var batch = UpdateBatch(
      updates: (0..<random.below(7)).map { _ in update() }, status: new, isStatusNew: new != status)
    var said: Set<ResourceKey> = []
    for _ in 0..<random.below(4) {
      let findings = findings()
      if said.insert(findings.key).inserted { batch.findings.append(findings) }
    }
    if new == .inSync, new != status { batch.updates.append(.inSync) }
    return batch
  }

  /// Small, so that little makes many frames.
  mutating func bounds() -> FrameBuilder.Bounds {
    FrameBuilder.Bounds(
      items: 1 + random.below(6), bytes: random.chance(30) ? 40 : FrameBuilder.Bounds.standard.bytes
    )
  }
}

extension ObjectFindings {
  /// Whether there is nothing to say on any node.
  var isNothing: Bool { problems.isEmpty && asks.isEmpty }
}
