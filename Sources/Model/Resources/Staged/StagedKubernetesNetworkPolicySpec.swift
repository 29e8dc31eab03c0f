// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a staged network policy of Kubernetes says: its action, and the spec of such a policy
/// (compatibility §1.2, the API of `networking.k8s.io/v1`).
public struct StagedKubernetesNetworkPolicySpec: Described {
  public var stagedAction = StagedAction.set
  public var podSelector = KubernetesLabelSelector()
  public var ingress: [KubernetesIngressRule] = []
  public var egress: [KubernetesEgressRule] = []
  public var policyTypes: [PolicyType] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted(
      "stagedAction", &stagedAction, default: .set, always: true,
      doc: "What it would do to the policy.")
    v.defaulted(
      "podSelector", &podSelector, doc: "The pods of the namespace it is for; empty for all.")
    v.defaulted("ingress", &ingress, doc: "What may come in.")
    v.defaulted("egress", &egress, doc: "What may go out.")
    v.defaulted("policyTypes", &policyTypes, doc: "The directions of traffic that it is for.")
    v.rest(&unknown)
  }
}
