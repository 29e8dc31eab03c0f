// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What network policies and global network policies have in common.
public protocol PolicySpec: Described {
  /// The tier as the spec names it; nil when it does not.
  var tier: String? { get set }
  /// Lower comes first; nil after all that have one.
  var order: Double? { get set }
  var ingress: [Rule] { get set }
  var egress: [Rule] { get set }
  /// Empty is `all()`.
  var selector: String { get set }
  /// The directions as the spec names them; empty when it does not (`effectiveTypes`).
  var types: [PolicyType] { get set }
  var serviceAccountSelector: String { get set }
  var performanceHints: [PerformanceHint] { get set }
}

extension PolicySpec {
  /// The directions that the policy applies to: where the spec does not say, ingress unless there
  /// are only egress rules, and egress if there are egress rules.
  public var effectiveTypes: [PolicyType] {
    if !types.isEmpty { return types }
    if egress.isEmpty { return [.ingress] }
    return ingress.isEmpty ? [.egress] : [.ingress, .egress]
  }
}
