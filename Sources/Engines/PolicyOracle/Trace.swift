// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources

/// How a packet fared, step by step.
public struct Trace: Sendable, Hashable {
  /// Why policy was not asked at all.
  public enum Remark: String, Sendable, Hashable {
    case mixedFamilies = "the addresses are of two families: there is no such packet"
    case noWorkload = "neither end is a workload: policy for workloads does not apply"
    case sameEndpoint = "both ends are one workload: the packet does not leave it"
  }

  public var flow: Flow
  public var verdict: Verdict
  /// Egress of the source, then ingress of the destination, as far as each is a workload. The
  /// second is there also when the first denies: it tells what would come next.
  public var sides: [Side]
  public var remark: Remark?

  /// The sides that the packet reaches.
  public var reachedSides: [Side] {
    let end = sides.firstIndex { $0.verdict == .deny } ?? sides.endIndex
    return Array(sides[..<min(end + 1, sides.endIndex)])
  }

  /// What an endpoint's policies do to the packet.
  public struct Side: Sendable, Hashable {
    public var endpoint: ResourceKey
    public var direction: Direction
    public var verdict: Verdict
    /// What decided.
    public var decision: Decision
    public var events: [Event]

    /// The rules that were looked at, in order.
    public var rules: [JudgedRule] {
      events.compactMap { if case .rule(let rule) = $0 { rule } else { nil } }
    }
  }

  /// What decides about a packet at one endpoint.
  public enum Decision: Sendable, Hashable {
    case rule(RuleReference, Rule.Action)
    /// No policy of the tier decided.
    case endOfTier(String)
    case missingProfile(String)
    /// No profile decided.
    case endOfProfiles
    /// Tunnelled traffic, which workloads may not send.
    case encapsulation
    /// From the workload's own node.
    case fromOwnNode
    /// To the workload's own node, after its policies had allowed it.
    case toOwnNode
    /// Neighbour discovery and the like with the workload's own node.
    case neighbourDiscovery
  }

  /// A step of the evaluation.
  public enum Event: Sendable, Hashable {
    case tier(name: String, order: Double?)
    case policy(ResourceKey, order: Double?)
    case rule(JudgedRule)
    case endOfTier(name: String, TierSpec.DefaultAction)
    /// No policy applies in this direction: profiles alone decide.
    case noPolicy
    case profile(String)
    case missingProfile(String)
    case endOfProfiles
    case encapsulation
    case fromOwnNode
    case toOwnNode(Verdict)
    case neighbourDiscovery
  }
}
