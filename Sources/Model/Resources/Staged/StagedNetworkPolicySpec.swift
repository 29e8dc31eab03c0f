// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a staged network policy says (compatibility §1.2).
public struct StagedNetworkPolicySpec: StagedPolicySpec {
  public var stagedAction = StagedAction.set
  public var tier: String?
  public var order: Double?
  public var ingress: [Rule] = []
  public var egress: [Rule] = []
  public var selector = ""
  public var types: [PolicyType] = []
  public var serviceAccountSelector = ""
  public var performanceHints: [PerformanceHint] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted(
      "stagedAction", &stagedAction, default: .set, always: true,
      doc: "What it would do to the policy.")
    v.optional("tier", &tier, doc: "The tier that the policy is in.")
    v.optional("order", &order, doc: "Lower comes first; without one after all that have one.")
    v.defaulted("ingress", &ingress, check: .count(atMost: 1024), doc: "Rules for traffic in.")
    v.defaulted("egress", &egress, check: .count(atMost: 1024), doc: "Rules for traffic out.")
    v.defaulted(
      "selector", &selector, check: .selector, doc: "The workloads of the namespace it is for.")
    v.defaulted("types", &types, doc: "The directions of traffic that it is for.")
    v.defaulted(
      "serviceAccountSelector", &serviceAccountSelector, check: .selector,
      doc: "Only workloads whose service account has such labels.")
    v.defaulted("performanceHints", &performanceHints, doc: "How it will be used.")
    v.rest(&unknown)
  }
}
