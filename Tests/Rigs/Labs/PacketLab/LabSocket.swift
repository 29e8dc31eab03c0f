// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc

/// A socket that never blocks, closed with the object. It stays in the network namespace of the
/// thread that made it.
final class LabSocket {
  let descriptor: Int32
  private let family: IPFamily

  /// A socket's options, by their numbers in linux/in.h and linux/in6.h.
  private enum Option {
    static let freeBind4: Int32 = 15
    static let freeBind6: Int32 = 78
  }

  /// - Parameters:
  ///   - kind: `SOCK_*`.
  ///   - transport: what a raw socket is for; 0 is the kind's own.
  init(_ family: IPFamily, _ kind: __socket_type, transport: IPProtocol? = nil) throws(LabError) {
    self.family = family
    let flags = Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    descriptor = socket(
      family == .v4 ? AF_INET : AF_INET6, Int32(kind.rawValue) | flags,
      Int32(transport?.rawValue ?? 0))
    if descriptor < 0 { throw .systemCall("open a socket") }
    set(SOL_SOCKET, SO_REUSEADDR, 1)
    set(SOL_SOCKET, SO_RCVBUF, 1 << 20)
    // Of the outside no address is really there.
    if family == .v4 {
      set(Int32(IPPROTO_IP), Option.freeBind4, 1)
    } else {
      set(Int32(IPPROTO_IPV6), Option.freeBind6, 1)
    }
  }

  deinit { close(descriptor) }

  func set(_ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    _ = setsockopt(descriptor, level, option, &value, 4)
  }

  /// Ends a connection at once and without a trace.
  func resetOnClose() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    _ = setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }

  func bind(_ address: IPAddress, _ port: UInt16 = 0) throws(LabError) {
    if Self.with(address, port, { Glibc.bind(descriptor, $0, $1) }) < 0 {
      throw .systemCall("bind to \(address) port \(port)")
    }
  }

  func listen() throws(LabError) {
    if Glibc.listen(descriptor, 64) < 0 { throw .systemCall("listen") }
  }

  /// Begins to connect.
  func connect(_ address: IPAddress, _ port: UInt16) throws(LabError) {
    if Self.with(address, port, { Glibc.connect(descriptor, $0, $1) }) < 0, errno != EINPROGRESS {
      throw .systemCall("connect to \(address) port \(port)")
    }
  }

  /// Whether a connection stands.
  func isConnected() throws(LabError) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    if poll(&entry, 1, 0) <= 0 { return false }
    var code: Int32 = 0
    var length = socklen_t(4)
    if getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) < 0 {
      throw .systemCall("ask for a connection's error")
    }
    // What is refused with a word (RFC 1812 and RFC 4443: administratively prohibited) is lost too.
    if code == EHOSTUNREACH || code == EACCES { return false }
    if code != 0 {
      errno = code
      throw .systemCall("connect")
    }
    return true
  }

  func send(_ bytes: [UInt8], to address: IPAddress, _ port: UInt16 = 0) throws(LabError) {
    let sent = Self.with(address, port) {
      Int32(clamping: sendto(descriptor, bytes, bytes.count, 0, $0, $1))
    }
    if sent < 0 { throw .systemCall("send to \(address) port \(port)") }
  }

  /// One datagram, if there is one. Of raw IPv4 sockets it begins with the IP header.
  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 2048)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count < 0 ? nil : Array(buffer[..<count])
  }

  /// Waits until there is something to receive; false after that many milliseconds.
  func wait(milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }

  private static func with(
    _ address: IPAddress, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    switch address.family {
    case .v4:
      var raw = sockaddr_in()
      raw.sin_family = sa_family_t(AF_INET)
      raw.sin_port = port.bigEndian
      withUnsafeMutableBytes(of: &raw.sin_addr) { $0.copyBytes(from: address.networkBytes) }
      return withUnsafePointer(to: &raw) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    case .v6:
      var raw = sockaddr_in6()
      raw.sin6_family = sa_family_t(AF_INET6)
      raw.sin6_port = port.bigEndian
      withUnsafeMutableBytes(of: &raw.sin6_addr) { $0.copyBytes(from: address.networkBytes) }
      return withUnsafePointer(to: &raw) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
        }
      }
    }
  }
}
