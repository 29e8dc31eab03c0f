// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Netlink

/// What the kernel says of the host's own network.
enum HostNetwork {
  /// The interfaces with their addresses, in the kernel's order.
  static func read() throws(NetlinkError) -> [HostInterface] {
    let socket = try RouteSocket()
    let addresses = try socket.addresses()
    return try socket.links().map { link in
      HostInterface(
        name: link.name, isUp: link.isUp,
        addresses: addresses.filter { $0.linkIndex == link.index }.map(\.address), mtu: link.mtu)
    }
  }

  /// The source address that the kernel would use towards a destination, by connecting a datagram
  /// socket, which sends nothing.
  static func source(towards destination: String) -> IPAddress? {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(destination, "53", &hints, &found) == 0, let first = found else { return nil }
    defer { freeaddrinfo(found) }
    let file = socket(first.pointee.ai_family, Int32(SOCK_DGRAM.rawValue), 0)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard connect(file, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else { return nil }
    var own = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &own) { bytes -> IPAddress? in
      guard let base = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        getsockname(file, base, &length) == 0
      else { return nil }
      switch Int32(base.pointee.sa_family) {
      case AF_INET: return IPAddress(networkBytes: bytes[4..<8])
      case AF_INET6: return IPAddress(networkBytes: bytes[8..<24])
      default: return nil
      }
    }
  }
}
