// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import PolicyModel

/// One change of the derived, engine-ready model. `nil` is a deletion.
///
/// Conversion and validation happen once, where the store is read (`SyncConverter`); whoever
/// consumes these values never sees a v3 object.
public enum SyncUpdate: Sendable, Hashable {
  case workloadEndpoint(WorkloadEndpointID, SyncWorkloadEndpoint?)
  case hostEndpoint(String, SyncHostEndpoint?)
  case policy(PolicyID, SyncPolicy?)
  case tier(String, SyncTier?)
  case profile(String, SyncProfile?)
  case networkSet(NetworkSetID, SyncNetworkSet?)
  case pool(CIDR, SyncPool?)
  case node(String, SyncNode?)
  /// A block's owner and the addresses in it that live elsewhere.
  case block(CIDR, SyncBlock?)
  case bgpPeer(String, SyncBGPPeer?)
  /// `default` or `node.<name>`.
  case bgpConfiguration(String, SyncBGPConfiguration?)
  /// `default`, `node.<name>`, or of the nodes that it selects.
  case felixConfiguration(String, SyncFelixConfiguration?)
  /// Something that only a newer version knows and that must not be ignored: as long as it stands,
  /// what it concerns allows nothing. Conversion never says so.
  case unknown(UnknownUpdateID, SyncConcern?)
  /// Everything that the store held at the start has been delivered. Sent once per sync.
  case inSync
}

/// A network set's identity; global ones have no namespace.
public struct NetworkSetID: Hashable, Sendable {
  public var namespace: String?
  public var name: String

  public init(namespace: String?, name: String) {
    self.namespace = namespace
    self.name = name
  }
}
