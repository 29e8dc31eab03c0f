// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Netlink

/// One datagram from one namespace to another.
enum Probe {
  /// How long a packet that must arrive is waited for, and one that must not.
  private static let patience: Int32 = 3_000
  private static let glance: Int32 = 2

  /// Whether it arrives. No two probes of a run have the same ports: an answer to an older one
  /// would let this one pass.
  static func arrives(
    from source: (NetworkNamespace, IPAddress), to destination: (NetworkNamespace, IPAddress),
    number: Int, isExpected: Bool
  ) throws -> Bool {
    let port = UInt16(20_000 + number % 40_000)
    let far = UInt16(10_000 + number / 40_000)
    let receiver = try destination.0.enter { try socket(destination.1, far) }
    defer { close(receiver) }
    let sender = try source.0.enter { try socket(source.1, port) }
    defer { close(sender) }
    let bytes: [UInt8] = withUnsafeBytes(of: UInt64(number)) { Array($0) }
    let sent = with(destination.1, far) { sendto(sender, bytes, bytes.count, 0, $0, $1) }
    if sent != bytes.count {
      // A refusal in words is a loss too.
      return false
    }
    var entry = pollfd(fd: receiver, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, isExpected ? patience : glance) > 0
  }

  private static func socket(_ address: IPAddress, _ port: UInt16) throws -> Int32 {
    let descriptor = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Ground.Failure(description: "socket: errno \(errno)") }
    guard with(address, port, { bind(descriptor, $0, $1) }) == 0 else {
      let code = errno
      close(descriptor)
      throw Ground.Failure(description: "bind to \(address) port \(port): errno \(code)")
    }
    return descriptor
  }

  private static func with<R>(
    _ address: IPAddress, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
  ) -> R {
    var raw = sockaddr_in()
    raw.sin_family = sa_family_t(AF_INET)
    raw.sin_port = port.bigEndian
    raw.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.bits).bigEndian
    return withUnsafePointer(to: &raw) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
