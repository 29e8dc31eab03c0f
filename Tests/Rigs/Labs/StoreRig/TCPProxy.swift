// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Synchronization

/// Passes TCP connections on to a server on 127.0.0.1 until it is told to do harm: cut them, stall
/// them, slow them down, let nobody in.
public final class TCPProxy: Sendable {
  struct Harm {
    /// Nothing passes while it is set.
    var isStalled = false
    /// New connections are closed at once.
    var isShut = false
    /// Waits that long before it passes on what came from the server, in microseconds.
    var delay: UInt32 = 0
    /// How many more bytes the server's side may send before everything is cut.
    var bytesLeft: Int?
    var isClosed = false
    /// The sockets of all connections, each with the one on the other side.
    var sockets: Set<Int32> = []
  }

  public let port: UInt16
  private let target: UInt16
  private let listener: Int32
  let harm = Mutex(Harm())

  /// - Parameter target: the server's port.
  public init(to target: UInt16) throws(RigError) {
    self.target = target
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { throw RigError("cannot make a socket: errno \(errno)") }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    var address = Self.loopback(port: 0)
    let listener = listener
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 64) == 0
          ? getsockname(listener, address, &length) : -1
      }
    }
    guard code == 0 else {
      let reason = errno
      Glibc.close(listener)
      throw RigError("cannot listen on 127.0.0.1: errno \(reason)")
    }
    port = UInt16(bigEndian: address.sin_port)
    // The thread must not keep the proxy alive, which ends it when it goes.
    try startThread { [weak self] in
      while true {
        let client = accept(listener, nil, nil)
        if client < 0, errno == EINTR || errno == ECONNABORTED { continue }
        guard client >= 0 else { break }
        guard let self else {
          Glibc.close(client)
          break
        }
        self.take(client)
      }
      Glibc.close(listener)
    }
  }

  /// Cuts all connections; new ones are let in.
  public func cut() {
    harm.withLock { harm in
      harm.bytesLeft = nil
      for socket in harm.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }

  /// Cuts all connections once the server has sent that many more bytes: in the middle of whatever
  /// it is sending then.
  public func cut(afterBytes count: Int) { harm.withLock { $0.bytesLeft = count } }

  /// Keeps back everything, or lets it pass again. Connections stay.
  public func stall(_ isStalled: Bool) { harm.withLock { $0.isStalled = isStalled } }

  /// Lets nobody in, or lets them in again.
  public func shut(_ isShut: Bool) {
    harm.withLock { $0.isShut = isShut }
    if isShut { cut() }
  }

  /// Waits before it passes on each piece that the server sends.
  public func slow(_ delay: Duration) {
    let (seconds, attoseconds) = delay.components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    harm.withLock { $0.delay = UInt32(clamping: microseconds) }
  }

  /// Ends it and all its connections.
  public func close() {
    let isFirst = harm.withLock { harm in
      defer { harm.isClosed = true }
      return !harm.isClosed
    }
    guard isFirst else { return }
    cut()
    // Wakes the thread that accepts, which closes it.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  deinit { close() }

  private func take(_ client: Int32) {
    let isShut = harm.withLock { $0.isShut || $0.isClosed }
    let server = isShut ? -1 : Self.connect(to: target)
    guard server >= 0 else {
      Glibc.close(client)
      return
    }
    // Small pieces go on at once, as they came.
    var yes: Int32 = 1
    for socket in [client, server] {
      setsockopt(
        socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }
    let connection = ProxyConnection(client: client, server: server, proxy: self)
    harm.withLock { $0.sockets.formUnion([client, server]) }
    connection.start()
  }

  private static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    return address
  }

  private static func connect(to port: UInt16) -> Int32 {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port: port)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      Glibc.close(server)
      return -1
    }
    return server
  }
}
