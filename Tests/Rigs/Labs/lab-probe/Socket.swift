// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A socket that does not block, closed with its owner.
final class Socket {
  let number: Int32

  init?(_ number: Int32) {
    guard number >= 0 else { return nil }
    self.number = number
  }

  deinit { close(number) }

  convenience init?(_ transport: Transport, family: Int32) {
    let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let number =
      switch transport {
      case .tcp: socket(family, Int32(SOCK_STREAM.rawValue) | flags, 0)
      case .udp: socket(family, Int32(SOCK_DGRAM.rawValue) | flags, 0)
      case .icmp:
        socket(
          family, Int32(SOCK_RAW.rawValue) | flags,
          Int32(family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
      }
    self.init(number)
  }

  func set(_ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Binds and listens where the transport does.
  static func listening(_ transport: Transport, family: Int32, port: UInt16) -> Socket? {
    let any = family == AF_INET6 ? "::" : "0.0.0.0"
    guard let address = SocketAddress(any, port: port),
      let socket = Socket(transport, family: family)
    else { return nil }
    socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
    if family == AF_INET6 { socket.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
    guard address.withPointer({ bind(socket.number, $0, $1) }) == 0 else { return nil }
    if transport == .tcp { guard listen(socket.number, 128) == 0 else { return nil } }
    return socket
  }

  /// The error that a connection attempt ended in; 0 is none.
  var pendingError: Int32 {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { return errno }
    return code
  }

  /// Segments that TCP has sent again.
  var retransmits: Int {
    var info = tcp_info()
    var size = socklen_t(MemoryLayout<tcp_info>.size)
    guard getsockopt(number, Int32(IPPROTO_TCP), TCP_INFO, &info, &size) == 0 else { return 0 }
    return Int(info.tcpi_total_retrans)
  }

  func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  /// What has arrived: nil when nothing has, an empty text at the end of the stream or after an
  /// error (see `failure`).
  func receive() -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(number, &bytes, bytes.count, 0)
    if count < 0 {
      guard errno != EAGAIN, errno != EINTR else { return nil }
      failure = errno
      return ""
    }
    failure = 0
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// Why the last `receive` returned an empty text; 0 is the end of the stream.
  private(set) var failure: Int32 = 0
}

/// Milliseconds of a clock that nobody sets.
func now() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}
