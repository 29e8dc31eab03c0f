// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a node's programs report.
public struct NodeStatus: Described {
  public var wireguardPublicKey = ""
  public var wireguardPublicKeyV6 = ""
  public var podCIDRs: [String] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("wireguardPublicKey", &wireguardPublicKey, doc: "The node's public key.")
    v.defaulted("wireguardPublicKeyV6", &wireguardPublicKeyV6, doc: "The same for IPv6.")
    v.defaulted("podCIDRs", &podCIDRs, check: .each(.cidr), doc: "What Kubernetes gave it.")
    v.rest(&unknown)
  }
}
