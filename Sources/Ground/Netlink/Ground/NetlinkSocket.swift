// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// A netlink socket of the kernel. Closed when the object goes.
public final class NetlinkSocket: NetlinkTransport {
  /// Netlink protocols (linux/netlink.h).
  public enum Family: Int32, Sendable {
    case route = 0
    case netfilter = 12

    var name: String { self == .route ? "route" : "netfilter" }
  }

  public let fileDescriptor: Int32
  /// The socket's address, by which messages name whose request caused them.
  public private(set) var portID: UInt32 = 0
  private let operation: String
  private var buffer: UnsafeMutableRawBufferPointer
  private var sendRoom = 0
  private static let initialBuffer = 1 << 16
  private static let maximumBuffer = 1 << 20
  /// Of `struct nlmsghdr` options (linux/netlink.h); the level is SOL_NETLINK.
  private static let level: Int32 = 270
  private static let addMembership: Int32 = 1
  private static let capAcknowledge: Int32 = 10
  private static let extendedAcknowledge: Int32 = 11
  private static let strictCheck: Int32 = 12

  /// Opens a socket, in another network namespace when one is given.
  ///
  /// - Parameters:
  ///   - timeoutMilliseconds: How long `receive` waits; 0 is for ever.
  ///   - receiveBuffer: The receive buffer in bytes, as far as the kernel allows it.
  public convenience init(
    _ family: Family, in namespace: NetworkNamespace? = nil, timeoutMilliseconds: Int = 10_000,
    receiveBuffer: Int = 4 << 20
  ) throws(NetlinkError) {
    let kind = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let operation = "open a \(family.name) netlink socket"
    func open() throws(NetlinkError) -> Int32 {
      let descriptor = socket(AF_NETLINK, kind, family.rawValue)
      if descriptor < 0 { throw NetlinkError.systemCall(operation, "socket") }
      return descriptor
    }
    let descriptor: Int32
    if let namespace {
      descriptor = try namespace.inside { () throws(NetlinkError) in try open() }
    } else {
      descriptor = try open()
    }
    try self.init(
      adopting: descriptor, operation: operation, timeoutMilliseconds: timeoutMilliseconds,
      receiveBuffer: receiveBuffer)
    if family == .route { try set(Self.strictCheck, 1, "NETLINK_GET_STRICT_CHK", needed: false) }
  }

  private init(
    adopting descriptor: Int32, operation: String, timeoutMilliseconds: Int, receiveBuffer: Int
  ) throws(NetlinkError) {
    fileDescriptor = descriptor
    self.operation = operation
    buffer = .allocate(byteCount: Self.initialBuffer, alignment: 8)
    var address = sockaddr_nl()
    address.nl_family = sa_family_t(AF_NETLINK)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_nl>.size))
      }
    }
    if bound < 0 { throw NetlinkError.systemCall(operation, "bind") }
    var length = socklen_t(MemoryLayout<sockaddr_nl>.size)
    let named = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    if named < 0 { throw NetlinkError.systemCall(operation, "getsockname") }
    portID = address.nl_pid
    // An error quotes the header of the request alone, and says in words what was wrong.
    try set(Self.capAcknowledge, 1, "NETLINK_CAP_ACK", needed: false)
    try set(Self.extendedAcknowledge, 1, "NETLINK_EXT_ACK", needed: false)
    var room = Int32(clamping: receiveBuffer)
    // Beyond the system's limit with privileges, else up to it.
    if setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, socklen_t(4)) < 0 {
      _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(4))
    }
    var limit = timeval(
      tv_sec: timeoutMilliseconds / 1000, tv_usec: timeoutMilliseconds % 1000 * 1000)
    let size = socklen_t(MemoryLayout<timeval>.size)
    if setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size) < 0 {
      throw NetlinkError.systemCall(operation, "setsockopt SO_RCVTIMEO")
    }
  }

  deinit {
    close(fileDescriptor)
    buffer.deallocate()
  }

  private func set(
    _ option: Int32, _ value: Int32, _ name: String, needed: Bool
  ) throws(NetlinkError) {
    var value = value
    if setsockopt(fileDescriptor, Self.level, option, &value, socklen_t(4)) < 0, needed {
      throw NetlinkError.systemCall(operation, "setsockopt \(name)")
    }
  }

  /// Joins a multicast group by its number (`RTNLGRP_*`, `NFNLGRP_*`).
  public func join(group: UInt32) throws(NetlinkError) {
    try set(
      Self.addMembership, Int32(bitPattern: group), "NETLINK_ADD_MEMBERSHIP \(group)", needed: true)
  }

  public func send(_ bytes: UnsafeRawBufferPointer) throws(NetlinkError) {
    // The kernel counts the bookkeeping of a datagram against the send buffer too.
    if bytes.count > 64 << 10, bytes.count > sendRoom {
      var room = Int32(clamping: bytes.count + bytes.count / 4)
      if setsockopt(fileDescriptor, SOL_SOCKET, SO_SNDBUFFORCE, &room, socklen_t(4)) < 0 {
        _ = setsockopt(fileDescriptor, SOL_SOCKET, SO_SNDBUF, &room, socklen_t(4))
      }
      sendRoom = bytes.count
    }
    var kernel = sockaddr_nl()
    kernel.nl_family = sa_family_t(AF_NETLINK)
    while true {
      let sent = withUnsafePointer(to: &kernel) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          sendto(
            fileDescriptor, bytes.baseAddress, bytes.count, 0, $0,
            socklen_t(MemoryLayout<sockaddr_nl>.size))
        }
      }
      if sent == bytes.count { return }
      if sent < 0, errno == EINTR { continue }
      if sent >= 0 { throw NetlinkError("send \(bytes.count) bytes", .truncated) }
      throw NetlinkError.systemCall("send \(bytes.count) bytes", "sendto")
    }
  }

  public func receive(wait: Bool) throws(NetlinkError) -> [UInt8]? {
    while true {
      var sender = sockaddr_nl()
      var senderLength = socklen_t(MemoryLayout<sockaddr_nl>.size)
      // With MSG_TRUNC the call returns the whole length even of what did not fit.
      let flags = Int32(MSG_TRUNC) | (wait ? 0 : Int32(MSG_DONTWAIT))
      let length = withUnsafeMutablePointer(to: &sender) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          recvfrom(
            fileDescriptor, buffer.baseAddress, buffer.count, flags, $0, &senderLength)
        }
      }
      if length < 0 {
        switch errno {
        case EINTR: continue
        case EAGAIN:
          if !wait { return nil }
          throw NetlinkError("receive", .timedOut)
        case ENOBUFS: throw NetlinkError("receive", .overrun)
        default: throw NetlinkError.systemCall("receive", "recvfrom")
        }
      }
      if length > buffer.count {
        // Lost, but the next of this length will fit.
        if length <= Self.maximumBuffer {
          buffer.deallocate()
          buffer = .allocate(byteCount: Self.maximumBuffer, alignment: 8)
        }
        throw NetlinkError("receive", .truncated)
      }
      // Any process may send to a netlink socket; only the kernel's port is 0.
      if sender.nl_pid != 0 { continue }
      return [UInt8](UnsafeRawBufferPointer(rebasing: buffer[..<length]))
    }
  }
}
