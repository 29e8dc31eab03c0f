// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyModel
import SyncModel

/// What stands in a frame, by its number on the wire. A number is never used for another kind.
enum ItemKind: Int, CaseIterable {
  case workloadEndpoint = 1
  case hostEndpoint = 2
  case policy = 3
  case tier = 4
  case profile = 5
  case networkSet = 6
  case pool = 7
  case node = 8
  case block = 9
  case bgpPeer = 10
  case bgpConfiguration = 11
  case felixConfiguration = 12
  case inSync = 13
  case findings = 14
  case status = 15

  /// Numbers of items are below; those of what is inside of them are not.
  static let limit = 64
  /// Fields of an item's identity have lower numbers, those of its value have not.
  static let firstOfValue = 8
}

extension FrameEncoder {
  mutating func write(_ update: SyncUpdate) {
    switch update {
    case .workloadEndpoint(let id, let value): item(.workloadEndpoint, id, value)
    case .hostEndpoint(let name, let value): item(.hostEndpoint, ItemName(name), value)
    case .policy(let id, let value): item(.policy, id, value)
    case .tier(let name, let value): item(.tier, ItemName(name), value)
    case .profile(let name, let value): item(.profile, ItemName(name), value)
    case .networkSet(let id, let value): item(.networkSet, id, value)
    case .pool(let network, let value): item(.pool, ItemNetwork(network), value)
    case .node(let name, let value): item(.node, ItemName(name), value)
    case .block(let network, let value): item(.block, ItemNetwork(network), value)
    case .bgpPeer(let name, let value): item(.bgpPeer, ItemName(name), value)
    case .bgpConfiguration(let name, let value): item(.bgpConfiguration, ItemName(name), value)
    case .felixConfiguration(let name, let value):
      item(.felixConfiguration, ItemName(name), value)
    case .unknown(let id, let concern):
      // One that is known would not be read as what it is.
      guard (1..<ItemKind.limit).contains(id.kind), ItemKind(rawValue: id.kind) == nil else {
        return
      }
      item(
        id.kind, .critical, ItemName(id.name), concern.map { UnknownItem(name: "", concern: $0) })
    case .inSync: item(.inSync, Nothing(), Nothing())
    }
  }

  mutating func item<ID: Coded, Value: Coded>(_ kind: ItemKind, _ id: ID, _ value: Value?) {
    item(kind.rawValue, .critical, id, value)
  }
}

extension SyncFrame {
  mutating func read(
    _ kind: ItemKind, from decoder: inout FrameDecoder
  ) throws(SyncCodingError) {
    switch kind {
    case .workloadEndpoint:
      if let (id, value) = try decoder.item(WorkloadEndpointID.self, SyncWorkloadEndpoint.self) {
        updates.append(.workloadEndpoint(id, value))
      }
    case .hostEndpoint:
      if let (id, value) = try decoder.item(ItemName.self, SyncHostEndpoint.self) {
        updates.append(.hostEndpoint(id.name, value))
      }
    case .policy:
      if let (id, value) = try decoder.item(PolicyID.self, SyncPolicy.self) {
        updates.append(.policy(id, value))
      }
    case .tier:
      if let (id, value) = try decoder.item(ItemName.self, SyncTier.self) {
        updates.append(.tier(id.name, value))
      }
    case .profile:
      if let (id, value) = try decoder.item(ItemName.self, SyncProfile.self) {
        updates.append(.profile(id.name, value))
      }
    case .networkSet:
      if let (id, value) = try decoder.item(NetworkSetID.self, SyncNetworkSet.self) {
        updates.append(.networkSet(id, value))
      }
    case .pool:
      if let (id, value) = try decoder.item(ItemNetwork.self, SyncPool.self) {
        updates.append(.pool(id.network, value))
      }
    case .node:
      if let (id, value) = try decoder.item(ItemName.self, SyncNode.self) {
        updates.append(.node(id.name, value))
      }
    case .block:
      if let (id, value) = try decoder.item(ItemNetwork.self, SyncBlock.self) {
        updates.append(.block(id.network, value))
      }
    case .bgpPeer:
      if let (id, value) = try decoder.item(ItemName.self, SyncBGPPeer.self) {
        updates.append(.bgpPeer(id.name, value))
      }
    case .bgpConfiguration:
      if let (id, value) = try decoder.item(ItemName.self, SyncBGPConfiguration.self) {
        updates.append(.bgpConfiguration(id.name, value))
      }
    case .felixConfiguration:
      if let (id, value) = try decoder.item(ItemName.self, SyncFelixConfiguration.self) {
        updates.append(.felixConfiguration(id.name, value))
      }
    case .inSync:
      // With something critical that is not known, whoever reads is not in sync.
      if try decoder.item(Nothing.self, Nothing.self)?.1 != nil { updates.append(.inSync) }
    case .findings:
      if let value = try decoder.item(Nothing.self, ObjectFindings.self)?.1 {
        findings.append(value)
      }
    case .status:
      if let value = try decoder.item(Nothing.self, StatusItem.self)?.1 {
        status = value.status
        isStatusNew = value.isNew
      }
    }
  }
}
