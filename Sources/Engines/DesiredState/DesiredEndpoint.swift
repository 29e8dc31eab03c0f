// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import PolicyModel

/// A local workload endpoint as the dataplane must make it.
public struct DesiredEndpoint: Sendable, Hashable {
  public var interfaceName: String
  /// Host CIDRs.
  public var ipv4Nets: [CIDR]
  public var ipv6Nets: [CIDR]
  /// The workload's own MAC, where known: it gets a permanent neighbour entry.
  public var mac: MACAddress?
  /// When it was created, whatever was updated since: RFC 3339 in whole seconds of UTC, so that
  /// texts compare as times.
  /// `nil` where nobody knows, which counts as earlier than all others.
  public var created: String?
  /// The runtime's ID of the container that has it; empty where nobody knows. Another container has
  /// another interface, whatever else stays the same.
  public var containerID: String
  public var tiers: DesiredTiers
  /// Profiles in order.
  public var profiles: [String]
  /// Source networks that the workload may use beside its own addresses.
  public var allowedSourcePrefixes: [CIDR]

  public init(
    interfaceName: String, ipv4Nets: [CIDR] = [], ipv6Nets: [CIDR] = [], mac: MACAddress? = nil,
    created: String? = nil, containerID: String = "", tiers: DesiredTiers = DesiredTiers(),
    profiles: [String] = [], allowedSourcePrefixes: [CIDR] = []
  ) {
    self.interfaceName = interfaceName
    self.ipv4Nets = ipv4Nets
    self.ipv6Nets = ipv6Nets
    self.mac = mac
    self.created = created
    self.containerID = containerID
    self.tiers = tiers
    self.profiles = profiles
    self.allowedSourcePrefixes = allowedSourcePrefixes
  }
}

/// The tiers of an endpoint by hook: of each, those that hold at least one policy of this endpoint
/// there, in order of evaluation.
public struct DesiredTiers: Sendable, Hashable {
  public var normal: [DesiredTier]
  public var forward: [DesiredTier]
  public var untracked: [DesiredTier]
  public var preDNAT: [DesiredTier]

  public init(
    normal: [DesiredTier] = [], forward: [DesiredTier] = [], untracked: [DesiredTier] = [],
    preDNAT: [DesiredTier] = []
  ) {
    self.normal = normal
    self.forward = forward
    self.untracked = untracked
    self.preDNAT = preDNAT
  }

  public subscript(hook: PolicyHook) -> [DesiredTier] {
    switch hook {
    case .normal: normal
    case .forward: forward
    case .untracked: untracked
    case .preDNAT: preDNAT
    }
  }
}

/// One tier of an endpoint: its policies of each direction, in order.
public struct DesiredTier: Sendable, Hashable {
  public var name: String
  public var ingress: [PolicyID]
  public var egress: [PolicyID]
  /// What happens to a packet that no policy of the tier decided. Only looked at for a direction
  /// that has policies here.
  public var defaultAction: TierDefaultAction

  public init(
    name: String, ingress: [PolicyID] = [], egress: [PolicyID] = [],
    defaultAction: TierDefaultAction = .deny
  ) {
    self.name = name
    self.ingress = ingress
    self.egress = egress
    self.defaultAction = defaultAction
  }
}

/// A policy's rules for each direction.
public struct DesiredPolicy: Sendable, Hashable {
  public var tier: String
  public var ingress: [DesiredRule]
  public var egress: [DesiredRule]

  public init(tier: String, ingress: [DesiredRule] = [], egress: [DesiredRule] = []) {
    self.tier = tier
    self.ingress = ingress
    self.egress = egress
  }
}

/// A profile's rules for each direction.
public struct DesiredProfile: Sendable, Hashable {
  public var ingress: [DesiredRule]
  public var egress: [DesiredRule]

  public init(ingress: [DesiredRule] = [], egress: [DesiredRule] = []) {
    self.ingress = ingress
    self.egress = egress
  }

  /// Stands in for a profile that an endpoint names and nobody has stored: denies everything.
  public static let denyAll = DesiredProfile(
    ingress: [DesiredRule(.deny)], egress: [DesiredRule(.deny)])
}

/// A pool as far as this node's kernel is concerned.
public struct DesiredPool: Sendable, Hashable {
  /// Traffic from the pool to outside of all pools leaves with the node's address.
  public var masquerade: Bool

  public init(masquerade: Bool) { self.masquerade = masquerade }
}
