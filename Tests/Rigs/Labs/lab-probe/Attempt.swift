// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// One try to reach something: a TCP connection, a UDP question or an ICMP echo, with an answer
/// that says who gave it.
final class Attempt {
  enum Outcome {
    case ok(String)
    case refused
    case timeout
    case failed(Int32)

    var text: String {
      switch self {
      case .ok(let answer): answer.isEmpty ? "ok" : "ok \(answer)"
      case .refused: "refused"
      case .timeout: "timeout"
      case .failed(let code): "unreachable (\(errorText(code)))"
      }
    }

    /// The exit status that tells it.
    var status: Int32 {
      switch self {
      case .ok: 0
      case .refused: 1
      case .timeout: 2
      case .failed: 3
      }
    }
  }

  let transport: Transport
  let target: SocketAddress
  private let socket: Socket?
  private(set) var outcome: Outcome?
  private let deadline: Int
  /// When the question is asked again; TCP does that itself.
  private(set) var nextSend = 0
  private var isConnected = false
  private var pending = ""
  private static let sequence: [UInt8] = [0, 1]
  private let identifier = UInt16.random(in: .min ... .max)

  /// Starts to try.
  ///
  /// - Parameter source: the address to ask from; nil is the kernel's choice.
  init(
    _ transport: Transport, _ target: SocketAddress, source: SocketAddress?, milliseconds: Int
  ) {
    self.transport = transport
    self.target = target
    deadline = now() + milliseconds
    socket = Socket(transport, family: target.family)
    guard let socket else {
      outcome = .failed(errno)
      return
    }
    if let source {
      // An address that the machine does not have can be asked from as well.
      socket.set(Int32(IPPROTO_IP), 15 /* IP_FREEBIND */, 1)
      guard source.withPointer({ bind(socket.number, $0, $1) }) == 0 else {
        outcome = .failed(errno)
        return
      }
    }
    let code = target.withPointer { connect(socket.number, $0, $1) }
    if code != 0, errno != EINPROGRESS { fail(errno) }
    isConnected = transport != .tcp
    step()
  }

  /// What to wait for.
  var waiting: pollfd {
    let events = isConnected ? POLLIN : POLLOUT
    return pollfd(fd: socket?.number ?? -1, events: Int16(events), revents: 0)
  }

  var wakeUp: Int { transport == .tcp ? deadline : min(deadline, nextSend) }

  /// Looks at what has happened since.
  func step() {
    guard outcome == nil, let socket else { return }
    if transport == .tcp {
      stepConnection(socket)
    } else {
      if now() >= nextSend {
        nextSend = now() + 200
        ask(socket)
      }
      if let answer = receiveAnswer(socket) { outcome = .ok(answer) }
    }
    if outcome == nil, now() >= deadline { outcome = .timeout }
  }

  private func stepConnection(_ socket: Socket) {
    if !isConnected {
      var entry = waiting
      guard poll(&entry, 1, 0) > 0 else { return }
      let code = socket.pendingError
      guard code == 0 else { return fail(code) }
      isConnected = true
      guard socket.send("hello\n") else { return fail(errno) }
    }
    guard let text = socket.receive() else { return }
    guard !text.isEmpty else {
      // Connected, but whoever listens does not speak our language.
      return socket.failure == 0 ? outcome = .ok("") : fail(socket.failure)
    }
    pending += text
    if let end = pending.firstIndex(of: "\n") { outcome = .ok(Self.answer(pending[..<end])) }
  }

  /// Name and address of `<name> <address> hello`.
  private static func answer(_ line: Substring) -> String {
    line.split(separator: " ").prefix(2).joined(separator: " ")
  }

  private func ask(_ socket: Socket) {
    guard transport == .icmp else {
      if !socket.send("hello") { failLater(errno) }
      return
    }
    // Type, code, checksum, identifier, sequence number. The kernel fills in ICMPv6's checksum.
    var packet: [UInt8] = [target.isV6 ? 128 : 8, 0, 0, 0]
    packet += [UInt8(identifier >> 8), UInt8(identifier & 0xff)] + Self.sequence
    if !target.isV6 {
      let sum = stride(from: 0, to: packet.count, by: 2).reduce(UInt32(0)) {
        $0 + UInt32(packet[$1]) << 8 + UInt32(packet[$1 + 1])
      }
      let checksum = ~UInt16(truncatingIfNeeded: sum & 0xffff + sum >> 16)
      packet[2] = UInt8(checksum >> 8)
      packet[3] = UInt8(checksum & 0xff)
    }
    if send(socket.number, packet, packet.count, Int32(MSG_NOSIGNAL)) < 0 {
      failLater(errno)
    }
  }

  private func receiveAnswer(_ socket: Socket) -> String? {
    var bytes = [UInt8](repeating: 0, count: 2048)
    for _ in 0..<64 {
      let count = recv(socket.number, &bytes, bytes.count, 0)
      guard count >= 0 else {
        if errno != EAGAIN, errno != EINTR { failLater(errno) }
        return nil
      }
      if transport == .udp {
        return Self.answer(Substring(decoding: bytes[..<count], as: UTF8.self))
      }
      // IPv4 raw sockets hand over the IP header too.
      let start = target.isV6 ? 0 : Int(bytes[0] & 0x0f) * 4
      guard count >= start + 8, bytes[start] == (target.isV6 ? 129 : 0) else { continue }
      let echoed = UInt16(bytes[start + 4]) << 8 | UInt16(bytes[start + 5])
      if echoed == identifier { return "" }
    }
    return nil
  }

  private func fail(_ code: Int32) {
    outcome = code == ECONNREFUSED ? .refused : code == ETIMEDOUT ? .timeout : .failed(code)
  }

  /// A refusal by ICMP ends the try; other troubles of a connectionless question may pass.
  private func failLater(_ code: Int32) {
    if code == ECONNREFUSED { outcome = .refused }
    if code == ENETUNREACH || code == EHOSTUNREACH || code == EINVAL { fail(code) }
  }
}
