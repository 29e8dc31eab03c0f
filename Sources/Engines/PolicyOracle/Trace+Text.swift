// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

extension Trace: CustomStringConvertible {
  public var description: String { text }

  /// The account in words: the verdict and its reason first, then each side with every tier, policy
  /// and rule that the packet met. Lines end with a line feed.
  public var text: String {
    var lines = ["\(verdict.participle.uppercased()): \(flow)"]
    if let remark { lines.append("  \(remark.rawValue)") }
    for side in reachedSides { lines.append("  \(side.summary)") }
    for (index, side) in sides.enumerated() {
      lines.append("")
      let isReached = index < reachedSides.count
      lines.append("\(side.title):\(isReached ? "" : " not reached; it would be so:")")
      lines += side.events.map { "  \($0.line)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Trace.Side {
  fileprivate var title: String { "\(direction.rawValue) of \(endpoint)" }

  /// One line: the verdict and what decided.
  var summary: String { "\(title): \(verdict.participle) \(decision)" }
}

extension Trace.Decision: CustomStringConvertible {
  /// What decided, to follow a verdict: "by NetworkPolicy(ns/name) ingress[0] Allow".
  public var description: String {
    switch self {
    case .rule(let reference, let action): "by \(reference) \(action.rawValue)"
    case .endOfTier(let name): "at the end of tier \(name): no policy decided"
    case .missingProfile(let name): "as profile \(name) does not exist"
    case .endOfProfiles: "as no profile allows it"
    case .encapsulation: "as workloads may not send tunnelled traffic"
    case .fromOwnNode: "as a node may always reach its own workloads"
    case .toOwnNode: "by the setting for traffic from workloads to their node"
    case .neighbourDiscovery: "as IPv6 cannot do without it"
    }
  }
}

extension Trace.Event {
  /// One line, indented below the title of its side.
  fileprivate var line: String {
    switch self {
    case .tier(let name, let order): "tier \(name)\(Self.text(order))"
    case .policy(let key, let order): "  \(key)\(Self.text(order))"
    case .rule(let rule):
      (rule.reference.owner.kind == .profile ? "  " : "    ") + rule.line
    case .endOfTier(_, .deny): "  end of the tier, nothing decided: Deny"
    case .endOfTier(_, .pass): "  end of the tier, nothing decided: Pass, on to the next tier"
    case .noPolicy: "no policy applies in this direction: profiles decide"
    case .profile(let name): "profile \(name)"
    case .missingProfile(let name): "profile \(name) does not exist: denied"
    case .endOfProfiles: "end of the profiles, nothing decided: denied"
    case .encapsulation: "tunnelled traffic (VXLAN or IP in IP) from a workload: denied"
    case .fromOwnNode: "from the workload's own node: policy is not asked"
    case .toOwnNode(let verdict): "to the workload's own node: \(verdict.participle)"
    case .neighbourDiscovery: "neighbour discovery with the workload's own node: allowed"
    }
  }

  private static func text(_ order: Double?) -> String {
    guard let order else { return " (no order)" }
    return " (order \(Int(exactly: order).map(String.init) ?? "\(order)"))"
  }
}

extension JudgedRule {
  fileprivate var line: String {
    "\(reference.direction.rawValue)[\(reference.index)] \(action.rawValue): \(outcome)"
  }

  private var outcome: String {
    if matches {
      switch action {
      case .allow: return "matches, allowed"
      case .deny: return "matches, denied"
      case .pass: return "matches, on to the next tier"
      case .log: return "matches, logged, on to the next rule"
      }
    }
    let reasons = criteria.compactMap { criterion -> String? in
      switch criterion.answer {
      case .yes: nil
      case .no: "not \(criterion)"
      case .unknown: action == .deny ? nil : "never with \(criterion)"
      }
    }
    return "does not match: \(reasons.joined(separator: "; "))"
  }
}
