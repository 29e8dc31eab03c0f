// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Glibc

/// Which routes to list. What is `nil` is not looked at. The kernel sorts out what it can (since
/// 4.20), this library the rest.
public struct RouteFilter: Hashable, Sendable {
  public var family: IPFamily?
  public var table: UInt32?
  public var `protocol`: RouteProtocol?
  public var linkIndex: UInt32?
  public var type: RouteType?

  public init(
    family: IPFamily? = nil, table: UInt32? = nil, protocol: RouteProtocol? = nil,
    linkIndex: UInt32? = nil, type: RouteType? = nil
  ) {
    self.family = family
    self.table = table
    self.protocol = `protocol`
    self.linkIndex = linkIndex
    self.type = type
  }

  public func matches(_ route: Route) -> Bool {
    (family == nil || route.family == family) && (table == nil || route.table == table)
      && (`protocol` == nil || route.protocol == `protocol`)
      && (type == nil || route.type == type)
      && (linkIndex == nil || route.linkIndex == linkIndex
        || route.nextHops.contains { $0.linkIndex == linkIndex })
  }
}

extension RouteSocket {
  /// The routes that a filter lets through. A table or an interface that is not there has none.
  public func routes(_ filter: RouteFilter = RouteFilter()) throws(NetlinkError) -> [Route] {
    var routes: [Route] = []
    // Asked for both at once, the kernel would not say of which a table is missing.
    for family in filter.family.map({ [$0] }) ?? IPFamily.allCases {
      let messages: [NetlinkMessage]
      do throws(NetlinkError) {
        messages = try client.dump(type: RouteMessage.getRoute, "list routes") { writer in
          writer.append(family.addressFamily)
          writer.append(UInt8(0))
          writer.append(UInt16(0))
          writer.append(UInt8(0))
          writer.append(filter.protocol?.rawValue ?? 0)
          writer.append(UInt8(0))
          writer.append(filter.type?.rawValue ?? 0)
          writer.append(UInt32(0))
          if let table = filter.table { writer.put(Route.Attribute.table, table) }
          if let link = filter.linkIndex { writer.put(Route.Attribute.outputLink, link) }
        }
      } catch {
        let narrowed = filter.table != nil || filter.linkIndex != nil
        // A kernel without IPv6 does not know the request.
        if narrowed && error.isNotFound || error.code == EOPNOTSUPP { continue }
        throw error
      }
      for message in messages where message.type == RouteMessage.newRoute {
        if let route = Route(message.payload), filter.matches(route) { routes.append(route) }
      }
    }
    return routes
  }

  /// Adds a route; one that is there already is an error (`isAlreadyThere`).
  public func add(_ route: Route) throws(NetlinkError) {
    try client.request(
      type: RouteMessage.newRoute, flags: [.create, .exclusive], "add route \(route)"
    ) { route.encode(into: &$0) }
  }

  /// Puts a route in the place of the one with the same table, destination and metric, or adds it.
  public func replace(_ route: Route) throws(NetlinkError) {
    try client.request(
      type: RouteMessage.newRoute, flags: [.create, .replace], "replace route \(route)"
    ) { route.encode(into: &$0) }
  }

  /// Deletes the route that is like this one.
  public func delete(_ route: Route) throws(NetlinkError) {
    try client.request(type: RouteMessage.deleteRoute, "delete route \(route)") {
      route.encode(into: &$0, forDeletion: true)
    }
  }
}
