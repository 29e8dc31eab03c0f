// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a global network policy says (compatibility §1.2).
public struct GlobalNetworkPolicySpec: PolicySpec {
  public var tier: String?
  public var order: Double?
  public var ingress: [Rule] = []
  public var egress: [Rule] = []
  public var selector = ""
  public var types: [PolicyType] = []
  public var doNotTrack = false
  public var preDNAT = false
  public var applyOnForward = false
  public var serviceAccountSelector = ""
  public var namespaceSelector = ""
  public var performanceHints: [PerformanceHint] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("tier", &tier, doc: "The tier that the policy is in.")
    v.optional("order", &order, doc: "Lower comes first; without one after all that have one.")
    v.defaulted("ingress", &ingress, check: .count(atMost: 1024), doc: "Rules for traffic in.")
    v.defaulted("egress", &egress, check: .count(atMost: 1024), doc: "Rules for traffic out.")
    v.defaulted("selector", &selector, check: .selector, doc: "The endpoints that it is for.")
    v.defaulted("types", &types, doc: "The directions of traffic that it is for.")
    v.defaulted("doNotTrack", &doNotTrack, doc: "Before connection tracking, which it skips.")
    v.defaulted("preDNAT", &preDNAT, doc: "Before the destination is translated.")
    v.defaulted(
      "applyOnForward", &applyOnForward, doc: "At host endpoints, for forwarded traffic too.")
    v.defaulted(
      "serviceAccountSelector", &serviceAccountSelector, check: .selector,
      doc: "Only workloads whose service account has such labels.")
    v.defaulted(
      "namespaceSelector", &namespaceSelector, check: .selector,
      doc: "Only workloads in namespaces with such labels.")
    v.defaulted("performanceHints", &performanceHints, doc: "How it will be used.")
    v.rest(&unknown)
  }
}
