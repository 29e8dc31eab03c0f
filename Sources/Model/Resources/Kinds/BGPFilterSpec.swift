// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a BGP filter says (compatibility §1.2): the first rule that matches a route decides; a
/// route that none matches is accepted.
public struct BGPFilterSpec: Described {
  public var exportV4: [BGPFilterRule] = []
  public var importV4: [BGPFilterRule] = []
  public var exportV6: [BGPFilterRule] = []
  public var importV6: [BGPFilterRule] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("exportV4", &exportV4, doc: "Rules for IPv4 routes to the peer, in order.")
    v.defaulted("importV4", &importV4, doc: "Rules for IPv4 routes from the peer, in order.")
    v.defaulted("exportV6", &exportV6, doc: "Rules for IPv6 routes to the peer, in order.")
    v.defaulted("importV6", &importV6, doc: "Rules for IPv6 routes from the peer, in order.")
    v.rest(&unknown)
  }
}
