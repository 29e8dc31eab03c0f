// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc

/// Links, addresses, routes, neighbours and rules of one network namespace (rtnetlink(7)).
///
/// Calls block until the kernel has answered. One socket belongs to one thread (or actor).
public final class RouteSocket {
  let client: NetlinkClient

  /// Opens a socket, in another network namespace when one is given.
  public convenience init(in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
    self.init(try NetlinkSocket(.route, in: namespace))
  }

  /// Talks over a transport of one's own.
  public init(_ transport: any NetlinkTransport) { client = NetlinkClient(transport) }
}

/// Message types (linux/rtnetlink.h).
enum RouteMessage {
  static let newLink: UInt16 = 16
  static let deleteLink: UInt16 = 17
  static let getLink: UInt16 = 18
  static let setLink: UInt16 = 19
  static let newAddress: UInt16 = 20
  static let deleteAddress: UInt16 = 21
  static let getAddress: UInt16 = 22
  static let newRoute: UInt16 = 24
  static let deleteRoute: UInt16 = 25
  static let getRoute: UInt16 = 26
  static let newNeighbour: UInt16 = 28
  static let deleteNeighbour: UInt16 = 29
  static let getNeighbour: UInt16 = 30
  static let newRule: UInt16 = 32
  static let deleteRule: UInt16 = 33
  static let getRule: UInt16 = 34
}

extension IPFamily {
  /// The address family's number (`AF_INET`, `AF_INET6`).
  var addressFamily: UInt8 { self == .v4 ? UInt8(AF_INET) : UInt8(AF_INET6) }

  init?(addressFamily: UInt8) {
    switch Int32(addressFamily) {
    case AF_INET: self = .v4
    case AF_INET6: self = .v6
    default: return nil
    }
  }
}

extension NetlinkReader {
  /// An address of 4 or 16 bytes.
  var address: IPAddress? { IPAddress(networkBytes: bytes) }
}
