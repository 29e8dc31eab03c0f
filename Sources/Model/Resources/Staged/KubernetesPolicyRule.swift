// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What may come in: from any of the peers, at any of the ports. An empty list stands for all.
public struct KubernetesIngressRule: Described {
  public var ports: [KubernetesPolicyPort] = []
  public var from: [KubernetesPolicyPeer] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("ports", &ports, doc: "Any of these ports; empty for all.")
    v.defaulted("from", &from, doc: "From any of these; empty for all.")
    v.rest(&unknown)
  }
}

/// What may go out: to any of the peers, at any of the ports. An empty list stands for all.
public struct KubernetesEgressRule: Described {
  public var ports: [KubernetesPolicyPort] = []
  public var to: [KubernetesPolicyPeer] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("ports", &ports, doc: "Any of these ports; empty for all.")
    v.defaulted("to", &to, doc: "To any of these; empty for all.")
    v.rest(&unknown)
  }
}
