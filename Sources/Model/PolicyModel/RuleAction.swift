// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a rule does with a packet that it matches.
public enum RuleAction: String, Sendable, Hashable, CaseIterable {
  case allow
  case deny
  /// Skips the rest of the tier.
  case pass
  /// Logs and goes on with the next rule.
  case log
}
