// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import PolicyModel
public import Selectors

/// A policy with its selector complete: namespace, namespace selector and service account selector
/// are folded in (compatibility §1.8).
public struct SyncPolicy: Sendable, Hashable {
  public var tier: String
  /// `nil` is after all that have one.
  public var order: Double?
  public var selector: Selector
  public var appliesToIngress: Bool
  public var appliesToEgress: Bool
  public var ingress: [SyncRule]
  public var egress: [SyncRule]
  /// Kinds of traffic that the policy is for; with the first two it is none for workload traffic.
  public var doNotTrack: Bool
  public var preDNAT: Bool
  public var applyOnForward: Bool

  public init(
    tier: String = "default", order: Double? = nil, selector: Selector = .all,
    appliesToIngress: Bool = true, appliesToEgress: Bool = false, ingress: [SyncRule] = [],
    egress: [SyncRule] = [], doNotTrack: Bool = false, preDNAT: Bool = false,
    applyOnForward: Bool = false
  ) {
    self.tier = tier
    self.order = order
    self.selector = selector
    self.appliesToIngress = appliesToIngress
    self.appliesToEgress = appliesToEgress
    self.ingress = ingress
    self.egress = egress
    self.doNotTrack = doNotTrack
    self.preDNAT = preDNAT
    self.applyOnForward = applyOnForward
  }
}

/// A rule whose selectors are parsed and complete.
public typealias SyncRule = PolicyRule<SelectorNames>

/// What such a rule asks of one end of a packet.
public typealias SyncMatch = EntityMatch<SelectorNames>

/// A tier.
public struct SyncTier: Sendable, Hashable {
  /// `nil` is last.
  public var order: Double?
  public var defaultAction: TierDefaultAction
  /// Nobody knows where it belongs: what its policies allow, they only pass on to the next tier.
  public var onlyDenies: Bool

  public init(
    order: Double?, defaultAction: TierDefaultAction = .deny, onlyDenies: Bool = false
  ) {
    self.order = order
    self.defaultAction = defaultAction
    self.onlyDenies = onlyDenies
  }
}

/// A profile: rules after all tiers, and labels that its endpoints inherit.
public struct SyncProfile: Sendable, Hashable {
  public var ingress: [SyncRule]
  public var egress: [SyncRule]
  public var labels: [String: String]

  public init(ingress: [SyncRule] = [], egress: [SyncRule] = [], labels: [String: String] = [:]) {
    self.ingress = ingress
    self.egress = egress
    self.labels = labels
  }
}
