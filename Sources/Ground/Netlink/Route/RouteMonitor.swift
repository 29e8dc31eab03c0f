// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What changed in a network namespace.
public enum RouteEvent: Hashable, Sendable {
  /// New, or changed in whatever way.
  case link(Link)
  case linkRemoved(Link)
  case address(LinkAddress)
  case addressRemoved(LinkAddress)
  case route(Route)
  case routeRemoved(Route)
  case neighbour(Neighbour)
  case neighbourRemoved(Neighbour)

  init?(_ message: NetlinkMessage) {
    let payload = message.payload
    let event: RouteEvent? =
      switch message.type {
      case RouteMessage.newLink: Link(payload).map { .link($0) }
      case RouteMessage.deleteLink: Link(payload).map { .linkRemoved($0) }
      case RouteMessage.newAddress: LinkAddress(payload).map { .address($0) }
      case RouteMessage.deleteAddress: LinkAddress(payload).map { .addressRemoved($0) }
      case RouteMessage.newRoute: Route(payload).map { .route($0) }
      case RouteMessage.deleteRoute: Route(payload).map { .routeRemoved($0) }
      case RouteMessage.newNeighbour: Neighbour(payload).map { .neighbour($0) }
      case RouteMessage.deleteNeighbour: Neighbour(payload).map { .neighbourRemoved($0) }
      default: nil
      }
    guard let event else { return nil }
    self = event
  }
}

/// Hears of changes. Subscribe first and list afterwards: then nothing falls between.
///
/// The kernel says nothing of the IPv4 routes that go when their interface goes down or away: the
/// change of the link is the only sign.
public final class RouteMonitor {
  public enum Topic: Hashable, Sendable, CaseIterable {
    case links, addresses, routes, neighbours

    /// `RTNLGRP_*` of linux/rtnetlink.h.
    fileprivate var groups: [UInt32] {
      switch self {
      case .links: [1]
      case .addresses: [5, 9]
      case .routes: [7, 11]
      case .neighbours: [3]
      }
    }
  }

  private let client: NetlinkClient
  /// Becomes readable when there is something to receive; -1 for a transport that has none.
  public let fileDescriptor: Int32

  public init(
    _ topics: [Topic] = [.links, .addresses, .routes], in namespace: NetworkNamespace? = nil
  ) throws(NetlinkError) {
    let socket = try NetlinkSocket(.route, in: namespace, timeoutMilliseconds: 0)
    for group in topics.flatMap(\.groups) { try socket.join(group: group) }
    client = NetlinkClient(socket)
    fileDescriptor = socket.fileDescriptor
  }

  /// - Parameter fileDescriptor: Becomes readable when the transport has something.
  public init(_ transport: any NetlinkTransport, fileDescriptor: Int32 = -1) {
    client = NetlinkClient(transport)
    self.fileDescriptor = fileDescriptor
  }

  /// The events of one datagram. Without `wait`, `nil` says that there is none now.
  ///
  /// - Throws: `overrun` when the kernel had to drop events: list everything anew.
  public func receive(wait: Bool) throws(NetlinkError) -> [RouteEvent]? {
    try client.receive("watch the network", wait: wait)?.compactMap { RouteEvent($0) }
  }
}
