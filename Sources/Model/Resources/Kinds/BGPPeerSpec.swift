// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// What a BGP peer is (compatibility §1.2).
public struct BGPPeerSpec: Described {
  public var node = ""
  /// `address`, `address:port` or `[IPv6 address]:port`.
  public var peerIP = ""
  public var asNumber: ASNumber?
  public var nodeSelector = ""
  public var peerSelector = ""
  public var keepOriginalNextHop = false
  public var password: BGPPassword?
  public var sourceAddress: String?
  public var maxRestartTime: String?
  public var keepaliveTime: String?
  public var numAllowedLocalASNumbers: Int?
  public var ttlSecurity: Int?
  public var reachableBy = ""
  public var filters: [String] = []
  public var nextHopMode: String?
  public var localASNumber: ASNumber?
  public var localWorkloadSelector = ""
  public var reversePeering: String?
  public var unknown: [UnknownMember] = []

  public init() {}

  /// The peer's address, and its port where that is not BGP's own.
  public var peerAddress: (address: IPAddress, port: UInt16?)? { Self.endpoint(peerIP) }

  static func endpoint(_ text: String) -> (address: IPAddress, port: UInt16?)? {
    if let address = IPAddress(text) { return (address, nil) }
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...]), port > 0
    else { return nil }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    guard let address = IPAddress(String(host)), isBracketed == (address.family == .v6) else {
      return nil
    }
    return (address, port)
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("node", &node, doc: "The node that peers; without one all of them.")
    v.defaulted(
      "peerIP", &peerIP,
      check: Check {
        $0.isEmpty || Self.endpoint($0) != nil
          ? nil : "must be an IP address, address:port or [IPv6 address]:port"
      }, doc: "The peer's address, with a port where it is not 179.")
    v.optional("asNumber", &asNumber, doc: "The peer's AS number.")
    v.defaulted("nodeSelector", &nodeSelector, check: .selector, doc: "The nodes that peer.")
    v.defaulted(
      "peerSelector", &peerSelector, check: .selector, doc: "The nodes that are the peers.")
    v.defaulted(
      "keepOriginalNextHop", &keepOriginalNextHop, doc: "Deprecated; nextHopMode says it.")
    v.optional("password", &password, doc: "Where the session's password is.")
    v.optional(
      "sourceAddress", &sourceAddress, check: .exactWord("UseNodeIP", "None"),
      doc: "Which address the session comes from.")
    v.optional(
      "maxRestartTime", &maxRestartTime, check: .duration,
      doc: "For how long routes are kept while the peer restarts.")
    v.optional("keepaliveTime", &keepaliveTime, check: .duration, doc: "Between keepalives.")
    v.optional(
      "numAllowedLocalASNumbers", &numAllowedLocalASNumbers, check: .atLeast(0),
      doc: "How often the own AS number may stand in a path.")
    v.optional("ttlSecurity", &ttlSecurity, check: .range(0...255), doc: "Hops to the peer.")
    v.defaulted(
      "reachableBy", &reachableBy, check: .addressOrNone, doc: "A gateway to the peer.")
    v.defaulted("filters", &filters, doc: "BGP filters, in order.")
    v.optional(
      "nextHopMode", &nextHopMode, check: .exactWord("Auto", "Self", "Keep"),
      doc: "Which next hop routes to the peer have.")
    v.optional("localASNumber", &localASNumber, doc: "The own AS number towards the peer.")
    v.defaulted(
      "localWorkloadSelector", &localWorkloadSelector, check: .selector,
      doc: "The workloads of the node that are peers.")
    v.optional(
      "reversePeering", &reversePeering, check: .exactWord("Auto", "Manual"),
      doc: "Whether the peers peer back by themselves.")
    v.rest(&unknown)
  }
}
