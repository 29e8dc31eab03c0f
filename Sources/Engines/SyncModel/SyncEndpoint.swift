// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// A workload endpoint, anywhere in the cluster, as the engine needs it.
public struct SyncWorkloadEndpoint: Sendable, Hashable {
  public var node: String
  /// Empty while the plugin has not yet wired it.
  public var interfaceName: String
  /// Host CIDRs of both families.
  public var nets: [CIDR]
  public var mac: MACAddress?
  /// When it was created, whatever was updated since: RFC 3339 in whole seconds of UTC; `nil` where
  /// that is not known.
  public var created: String?
  /// The runtime's ID of the container that has it; empty where nobody knows.
  public var containerID: String
  /// Its own labels; those inherited from profiles are added by the engine.
  public var labels: [String: String]
  /// The profiles whose rules apply to it, in order.
  public var profiles: [String]
  /// The profiles whose labels it inherits, in order: mostly the same. Labels of a namespace or
  /// service account are inherited by what is in it, and by nothing else.
  public var labelProfiles: [String]
  public var ports: [SyncEndpointPort]
  public var allowedSourcePrefixes: [CIDR]
  /// Nobody here knows what it asks for: nothing is allowed to or from it. Conversion never says so.
  public var allowsNothing: Bool

  /// - Parameter labelProfiles: the same as `profiles` unless given.
  public init(
    node: String, interfaceName: String, nets: [CIDR], mac: MACAddress? = nil,
    created: String? = nil, containerID: String = "", labels: [String: String] = [:],
    profiles: [String] = [], labelProfiles: [String]? = nil, ports: [SyncEndpointPort] = [],
    allowedSourcePrefixes: [CIDR] = [], allowsNothing: Bool = false
  ) {
    self.node = node
    self.interfaceName = interfaceName
    self.nets = nets
    self.mac = mac
    self.created = created
    self.containerID = containerID
    self.labels = labels
    self.profiles = profiles
    self.labelProfiles = labelProfiles ?? profiles
    self.ports = ports
    self.allowedSourcePrefixes = allowedSourcePrefixes
    self.allowsNothing = allowsNothing
  }
}

/// A named port of an endpoint.
public struct SyncEndpointPort: Sendable, Hashable {
  public var name: String
  public var transport: IPProtocol
  public var port: UInt16

  public init(name: String, transport: IPProtocol, port: UInt16) {
    self.name = name
    self.transport = transport
    self.port = port
  }
}

/// A host endpoint. Its addresses and ports count as members of selectors; its own interface is not
/// yet policed.
public struct SyncHostEndpoint: Sendable, Hashable {
  public var node: String
  public var interfaceName: String
  public var addresses: [IPAddress]
  public var labels: [String: String]
  public var profiles: [String]
  /// The profiles whose labels it inherits, in order: none of a namespace or service account.
  public var labelProfiles: [String]
  public var ports: [SyncEndpointPort]
  /// Nobody here knows what it asks for: nothing is allowed to or from it. Conversion never says so.
  public var allowsNothing: Bool

  /// - Parameter labelProfiles: the same as `profiles` unless given.
  public init(
    node: String, interfaceName: String, addresses: [IPAddress] = [],
    labels: [String: String] = [:], profiles: [String] = [], labelProfiles: [String]? = nil,
    ports: [SyncEndpointPort] = [], allowsNothing: Bool = false
  ) {
    self.node = node
    self.interfaceName = interfaceName
    self.addresses = addresses
    self.labels = labels
    self.profiles = profiles
    self.labelProfiles = labelProfiles ?? profiles
    self.ports = ports
    self.allowsNothing = allowsNothing
  }
}

/// A network set: networks that carry labels.
public struct SyncNetworkSet: Sendable, Hashable {
  public var nets: [CIDR]
  /// With `projectcalico.org/namespace` for a namespaced set.
  public var labels: [String: String]
  /// `kns.<namespace>` for a namespaced set, whose labels it inherits.
  public var profiles: [String]
  /// Nobody here knows which of its networks are meant: no rule allows anything because of it, and
  /// all of them count where a rule denies. Conversion never says so.
  public var allowsNothing: Bool

  public init(
    nets: [CIDR], labels: [String: String] = [:], profiles: [String] = [],
    allowsNothing: Bool = false
  ) {
    self.nets = nets
    self.labels = labels
    self.profiles = profiles
    self.allowsNothing = allowsNothing
  }
}
