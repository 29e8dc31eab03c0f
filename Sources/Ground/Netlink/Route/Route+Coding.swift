// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc

extension Route {
  /// Attributes of linux/rtnetlink.h.
  enum Attribute {
    static let destination: UInt16 = 1
    static let outputLink: UInt16 = 4
    static let gateway: UInt16 = 5
    static let priority: UInt16 = 6
    static let preferredSource: UInt16 = 7
    static let metrics: UInt16 = 8
    static let multipath: UInt16 = 9
    static let table: UInt16 = 15
    static let via: UInt16 = 18
    static let nextHopID: UInt16 = 30
    static let metricMTU: UInt16 = 2
    static let cacheInformation: UInt16 = 12
    static let preference: UInt16 = 20
    /// What a route here cannot say: an input interface, realms, a mark, another destination, an
    /// encapsulation and its type, a lifetime, what becomes of the TTL.
    static let others: Set<UInt16> = [3, 11, 16, 19, 21, 22, 23, 26]
  }

  private static let onLinkFlag: UInt32 = 4
  /// A copy that the kernel made for one destination.
  private static let clonedFlag: UInt32 = 0x200
  static let headerLength = 12

  /// Reads a message of the type `newRoute` or `deleteRoute`. `nil` for other families, cached
  /// copies and what is not a whole route.
  init?(_ payload: NetlinkReader) {
    guard let rawFamily: UInt8 = payload.load(0), let family = IPFamily(addressFamily: rawFamily),
      let length: UInt8 = payload.load(1), let sourceLength: UInt8 = payload.load(2),
      let typeOfService: UInt8 = payload.load(3), let shortTable: UInt8 = payload.load(4),
      let origin: UInt8 = payload.load(5), let scope: UInt8 = payload.load(6),
      let type: UInt8 = payload.load(7), let flags: UInt32 = payload.load(8),
      flags & Self.clonedFlag == 0,
      let everything = CIDR(CIDR.everything(family).address, prefixLength: Int(length))
    else { return nil }
    self.init(
      to: everything, table: UInt32(shortTable), protocol: RouteProtocol(rawValue: origin),
      scope: RouteScope(rawValue: scope), type: RouteType(rawValue: type), metric: 0,
      isOnLink: flags & Self.onLinkFlag != 0,
      isMoreThanThis: sourceLength != 0 || typeOfService != 0)
    for attribute in payload.dropping(Self.headerLength).attributes {
      let value = attribute.value
      switch attribute.type {
      case Attribute.destination:
        guard let address = value.address, address.family == family,
          let cidr = CIDR(address, prefixLength: Int(length))
        else { return nil }
        destination = cidr
      case Attribute.outputLink: linkIndex = value.load()
      case Attribute.gateway: gateway = value.address
      case Attribute.via: gateway = value.dropping(2).address
      case Attribute.priority: metric = value.load() ?? 0
      case Attribute.preferredSource: source = value.address
      case Attribute.table: table = value.load() ?? table
      case Attribute.metrics:
        mtu = value.attribute(Attribute.metricMTU)?.load()
        for metric in value.attributes where metric.type != Attribute.metricMTU {
          isMoreThanThis = true
        }
      case Attribute.multipath:
        let (hops, areMore) = Self.nextHops(value)
        nextHops = hops
        if areMore { isMoreThanThis = true }
      case Attribute.nextHopID: nextHopID = value.load()
      case Attribute.cacheInformation:
        // The third number is when it ends: that of a route with a lifetime.
        let end: UInt32? = value.load(8)
        if end ?? 0 != 0 { isMoreThanThis = true }
      case Attribute.preference:
        let preference: UInt8? = value.load()
        if preference ?? 0 != 0 { isMoreThanThis = true }
      case let type where Attribute.others.contains(type): isMoreThanThis = true
      default: break
      }
    }
    // IPv6 shows the loopback as the device of what is discarded.
    if self.type.isDiscarding { linkIndex = nil }
  }

  /// A chain of `struct rtnexthop` (length, flags, weight - 1, index) with attributes each, and
  /// whether one of them has more than a hop here can say.
  private static func nextHops(_ reader: NetlinkReader) -> (hops: [NextHop], areMore: Bool) {
    var hops: [NextHop] = []
    var areMore = false
    var rest = reader
    while let length: UInt16 = rest.load(0), length >= 8, let flags: UInt8 = rest.load(2),
      let weight: UInt8 = rest.load(3), let index: UInt32 = rest.load(4),
      let attributes = rest.slice(from: 8, count: Int(length) - 8)
    {
      let gateway =
        attributes.attribute(Attribute.gateway)?.address
        ?? attributes.attribute(Attribute.via)?.dropping(2).address
      for attribute in attributes.attributes where Attribute.others.contains(attribute.type) {
        areMore = true
      }
      hops.append(
        NextHop(
          gateway: gateway, linkIndex: index, weight: Int(weight) + 1,
          isOnLink: UInt32(flags) & onLinkFlag != 0))
      rest = rest.dropping((Int(length) + 3) & ~3)
    }
    return (hops, areMore)
  }

  /// The header and attributes of a request. A deletion does not look at the scope.
  func encode(into writer: inout NetlinkWriter, forDeletion: Bool = false) {
    writer.append(family.addressFamily)
    writer.append(UInt8(clamping: destination.prefixLength))
    writer.append(UInt16(0))
    writer.append(UInt8(table < 256 ? table : 0))
    writer.append(`protocol`.rawValue)
    writer.append(forDeletion ? RouteScope.nowhere.rawValue : scope.rawValue)
    writer.append(type.rawValue)
    writer.append(isOnLink ? Self.onLinkFlag : 0)
    if destination.prefixLength > 0 {
      writer.put(Attribute.destination, bytes: destination.address.networkBytes)
    }
    writer.put(Attribute.table, table)
    if metric != 0 { writer.put(Attribute.priority, metric) }
    if let source { writer.put(Attribute.preferredSource, bytes: source.networkBytes) }
    if let mtu {
      writer.nested(Attribute.metrics) { $0.put(Attribute.metricMTU, mtu) }
    }
    if let nextHopID {
      writer.put(Attribute.nextHopID, nextHopID)
      return
    }
    if let linkIndex { writer.put(Attribute.outputLink, linkIndex) }
    if let gateway { writer.putGateway(gateway, in: family) }
    guard !nextHops.isEmpty else { return }
    writer.nested(Attribute.multipath) { writer in
      for hop in nextHops {
        // The length is known: 8, and 4 + 4, 4 + 16 or (other family) 4 + 2 + 16 padded.
        let inner =
          hop.gateway.map { gateway in
            gateway.family == family
              ? 4 + gateway.family.bitWidth / 8 : gateway.family == .v6 ? 24 : 12
          } ?? 0
        writer.append(UInt16(8 + inner))
        writer.append(UInt8(hop.isOnLink ? Self.onLinkFlag : 0))
        writer.append(UInt8(clamping: hop.weight - 1))
        writer.append(hop.linkIndex)
        if let gateway = hop.gateway { writer.putGateway(gateway, in: family) }
      }
    }
  }
}

extension NetlinkWriter {
  fileprivate mutating func putGateway(_ gateway: IPAddress, in family: IPFamily) {
    if gateway.family == family {
      put(Route.Attribute.gateway, bytes: gateway.networkBytes)
    } else {
      // `struct rtvia`: the family as it stands in memory, then the address.
      put(Route.Attribute.via, bytes: [gateway.family.addressFamily, 0] + gateway.networkBytes)
    }
  }
}
