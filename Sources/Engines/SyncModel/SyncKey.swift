// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import PolicyModel

/// What an update is about, without what it says: of two updates with one key the later counts.
public enum SyncKey: Sendable, Hashable {
  case workloadEndpoint(WorkloadEndpointID)
  case hostEndpoint(String)
  case policy(PolicyID)
  case tier(String)
  case profile(String)
  case networkSet(NetworkSetID)
  case pool(CIDR)
  case node(String)
  case block(CIDR)
  case bgpPeer(String)
  case bgpConfiguration(String)
  case felixConfiguration(String)
  case unknown(UnknownUpdateID)

  /// The update that takes it back.
  public var deletion: SyncUpdate {
    switch self {
    case .workloadEndpoint(let id): .workloadEndpoint(id, nil)
    case .hostEndpoint(let name): .hostEndpoint(name, nil)
    case .policy(let id): .policy(id, nil)
    case .tier(let name): .tier(name, nil)
    case .profile(let name): .profile(name, nil)
    case .networkSet(let id): .networkSet(id, nil)
    case .pool(let network): .pool(network, nil)
    case .node(let name): .node(name, nil)
    case .block(let network): .block(network, nil)
    case .bgpPeer(let name): .bgpPeer(name, nil)
    case .bgpConfiguration(let name): .bgpConfiguration(name, nil)
    case .felixConfiguration(let name): .felixConfiguration(name, nil)
    case .unknown(let id): .unknown(id, nil)
    }
  }
}

extension SyncUpdate {
  /// What it is about; nil for the mark `inSync`, which is about the stream.
  public var key: SyncKey? {
    switch self {
    case .workloadEndpoint(let id, _): .workloadEndpoint(id)
    case .hostEndpoint(let name, _): .hostEndpoint(name)
    case .policy(let id, _): .policy(id)
    case .tier(let name, _): .tier(name)
    case .profile(let name, _): .profile(name)
    case .networkSet(let id, _): .networkSet(id)
    case .pool(let network, _): .pool(network)
    case .node(let name, _): .node(name)
    case .block(let network, _): .block(network)
    case .bgpPeer(let name, _): .bgpPeer(name)
    case .bgpConfiguration(let name, _): .bgpConfiguration(name)
    case .felixConfiguration(let name, _): .felixConfiguration(name)
    case .unknown(let id, _): .unknown(id)
    case .inSync: nil
    }
  }

  /// Whether it takes something back.
  public var isDeletion: Bool {
    switch self {
    case .workloadEndpoint(_, nil), .hostEndpoint(_, nil), .policy(_, nil), .tier(_, nil),
      .profile(_, nil), .networkSet(_, nil), .pool(_, nil), .node(_, nil), .block(_, nil),
      .bgpPeer(_, nil), .bgpConfiguration(_, nil), .felixConfiguration(_, nil), .unknown(_, nil):
      true
    case .workloadEndpoint, .hostEndpoint, .policy, .tier, .profile, .networkSet, .pool, .node,
      .block, .bgpPeer, .bgpConfiguration, .felixConfiguration, .unknown, .inSync:
      false
    }
  }
}
