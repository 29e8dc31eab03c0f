// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// A route. Two routes of one table with equal destination and metric are the same entry.
public struct Route: Hashable, Sendable {
  /// Of length 0 for the default route.
  public var destination: CIDR
  public var table: UInt32
  public var `protocol`: RouteProtocol
  public var scope: RouteScope
  public var type: RouteType
  /// May be of the other family (IPv4 by way of an IPv6 router).
  public var gateway: IPAddress?
  public var linkIndex: UInt32?
  /// The source address that own packets get.
  public var source: IPAddress?
  /// Lower wins.
  public var metric: UInt32
  /// The gateway is on the link whatever the addresses there say.
  public var isOnLink: Bool
  /// The MTU to use, where it is set.
  public var mtu: UInt32?
  /// The ways of a route with several; then `gateway` and `linkIndex` are `nil`.
  public var nextHops: [NextHop]
  /// The ID of a next hop object that the route refers to (`ip nexthop`).
  public var nextHopID: UInt32?
  /// It has more than this type can say (a source prefix, a type of service, realms, a lifetime, an
  /// encapsulation, metrics besides the MTU). Never written: what was such a route cannot be put back.
  public var isMoreThanThis: Bool

  /// A route. Scope and metric that are not given become what the kernel will show: of IPv4, scope
  /// `link` without a gateway and `universe` with one; of IPv6, always `universe` and metric 1024.
  public init(
    to destination: CIDR, table: UInt32 = RouteTable.main, protocol: RouteProtocol = .boot,
    scope: RouteScope? = nil, type: RouteType = .unicast, gateway: IPAddress? = nil,
    linkIndex: UInt32? = nil, source: IPAddress? = nil, metric: UInt32? = nil,
    isOnLink: Bool = false, mtu: UInt32? = nil, nextHops: [NextHop] = [],
    nextHopID: UInt32? = nil, isMoreThanThis: Bool = false
  ) {
    self.destination = destination
    self.table = table
    self.protocol = `protocol`
    self.type = type
    self.gateway = gateway
    self.linkIndex = linkIndex
    self.source = source
    self.metric = metric ?? (destination.family == .v6 ? 1024 : 0)
    self.isOnLink = isOnLink
    self.mtu = mtu
    self.nextHops = nextHops
    self.nextHopID = nextHopID
    self.isMoreThanThis = isMoreThanThis
    if let scope {
      self.scope = scope
    } else if destination.family == .v6 {
      self.scope = .universe
    } else if type == .local {
      self.scope = .host
    } else if type == .broadcast || type == .anycast {
      self.scope = .link
    } else {
      let isDirect =
        type == .unicast && gateway == nil && nextHopID == nil
        && nextHops.allSatisfy { $0.gateway == nil }
      self.scope = isDirect ? .link : .universe
    }
  }

  public var family: IPFamily { destination.family }

  /// One way of a route with several.
  public struct NextHop: Hashable, Sendable {
    public var gateway: IPAddress?
    public var linkIndex: UInt32
    /// 1 to 256.
    public var weight: Int
    public var isOnLink: Bool

    public init(
      gateway: IPAddress? = nil, linkIndex: UInt32, weight: Int = 1, isOnLink: Bool = false
    ) {
      self.gateway = gateway
      self.linkIndex = linkIndex
      self.weight = weight
      self.isOnLink = isOnLink
    }
  }
}

extension Route: CustomStringConvertible {
  public var description: String {
    var text = "\(destination)"
    if type != .unicast { text += " type \(type.rawValue)" }
    if let gateway { text += " via \(gateway)" }
    if let linkIndex { text += " dev \(linkIndex)" }
    for hop in nextHops {
      text += " nexthop" + (hop.gateway.map { " via \($0)" } ?? "") + " dev \(hop.linkIndex)"
    }
    return text + " table \(table) proto \(`protocol`.rawValue) metric \(metric)"
  }
}
