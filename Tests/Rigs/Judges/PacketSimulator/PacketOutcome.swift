// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Netlink

/// What became of a packet.
public struct PacketOutcome: Sendable, Hashable {
  public enum Verdict: String, Sendable, Hashable {
    case accept
    case drop
    /// Dropped, and the sender told.
    case reject
  }

  /// What a rule did beside deciding.
  public enum Effect: Sendable, Hashable {
    case log(NFTLog)
    case masquerade(NFTMasquerade)
    case nat(NFTNat)
    case noTrack
  }

  /// A rule that matched, or the policy of a chain.
  public struct Step: Sendable, Hashable {
    public var hook: NFTHook.Point
    public var chain: String
    /// The rule's place in its chain, from 0; nil for the chain's policy.
    public var rule: Int?
    public var comment: String?
    /// What it decided; nil for nothing.
    public var verdict: NFTVerdict?
  }

  public var verdict: Verdict
  public var steps: [Step]
  public var effects: [Effect]
  /// The packet's mark at the end.
  public var mark: UInt32

  /// Whether the packet went on.
  public var isAccepted: Bool { verdict == .accept }
}

extension PacketOutcome: CustomStringConvertible {
  /// The verdict, then a line for every step.
  public var description: String {
    let names = ["prerouting", "input", "forward", "output", "postrouting"]
    let lines = steps.map { step in
      let hook =
        names.indices.contains(Int(step.hook.rawValue))
        ? names[Int(step.hook.rawValue)] : "hook \(step.hook.rawValue)"
      let place = step.rule.map { "rule \($0)" } ?? "policy"
      let verdict = step.verdict.map { ": \($0)" } ?? ""
      return "  \(hook) \(step.chain) \(place)\(verdict)"
        + (step.comment.map { " (\($0))" } ?? "")
    }
    return ([verdict.rawValue.uppercased()] + lines).joined(separator: "\n")
  }
}
