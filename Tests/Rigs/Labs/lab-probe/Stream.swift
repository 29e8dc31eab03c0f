// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// Keeps one TCP connection busy with numbered messages that come back, and at the same time tries
/// without pause to reach targets that must stay out of reach. Reports when it is told to stop.
struct Stream {
  var target: SocketAddress?
  var denied: [(text: String, transport: Transport, address: SocketAddress)]
  var interval: Int
  /// How long one try to reach a denied target lives; several are under way at once.
  private static let attemptLife = 1000
  private static let deniedInterval = 25
  /// How long answers that are due are waited for at the end, milliseconds: less than whoever has
  /// told it to stop waits before it is killed.
  private static let lastWait = 1500

  private struct Connection {
    var socket: Socket
    var sent = 0
    var received = 0
    var pending = ""
    var lastAnswer = now()
    var longestSilence = 0
    var mostUnanswered = 0
  }

  private struct Denied {
    var attempts: [Attempt] = []
    var tries = 0
    var successes = 0
    var nextStart = 0
  }

  func run() -> Int32 {
    var connection: Connection?
    if let target {
      guard let socket = open(target) else { return 1 }
      connection = Connection(socket: socket)
    }
    var attacks = denied.map { _ in Denied() }
    var trouble: String?
    var nextSend = now()
    var hasStarted = false
    var end: Int?
    while true {
      if Stop.isRequested {
        end = end ?? now() + Self.lastWait
        guard trouble == nil, let connection, connection.received < connection.sent,
          now() < end ?? 0
        else { break }
      }
      if var current = connection, trouble == nil {
        if now() >= nextSend, end == nil {
          nextSend = now() + interval
          current.sent += 1
          if !current.socket.send("\(current.sent)\n") { trouble = errorText(errno) }
        }
        if let problem = receive(&current) { trouble = problem }
        current.mostUnanswered = max(current.mostUnanswered, current.sent - current.received)
        connection = current
      }
      for index in attacks.indices { step(&attacks[index], denied[index]) }
      if !hasStarted, (connection?.received ?? 1) > 0 {
        hasStarted = true
        say("started")
      }
      var entries = attacks.flatMap { $0.attempts.map(\.waiting) }
      if let connection, trouble == nil {
        entries.append(pollfd(fd: connection.socket.number, events: Int16(POLLIN), revents: 0))
      }
      poll(&entries, nfds_t(entries.count), Int32(clamping: min(interval, 10)))
    }
    return report(connection, attacks, trouble)
  }

  private func open(_ target: SocketAddress) -> Socket? {
    guard let socket = Socket(.tcp, family: target.family) else {
      complain("socket: \(errorText(errno))")
      return nil
    }
    let code = target.withPointer { connect(socket.number, $0, $1) }
    if code != 0, errno != EINPROGRESS {
      complain("connect: \(errorText(errno))")
      return nil
    }
    var entry = pollfd(fd: socket.number, events: Int16(POLLOUT), revents: 0)
    guard poll(&entry, 1, 5000) > 0, socket.pendingError == 0 else {
      complain("no connection to \(target.host)")
      return nil
    }
    return socket
  }

  /// What broke the connection, if anything did.
  private func receive(_ connection: inout Connection) -> String? {
    while let text = connection.socket.receive() {
      guard !text.isEmpty else {
        let code = connection.socket.failure
        return code == 0 ? "closed by the other end" : errorText(code)
      }
      connection.pending += text
      while let end = connection.pending.firstIndex(of: "\n") {
        let number = connection.pending[..<end].split(separator: " ").last.flatMap { Int($0) }
        connection.pending.removeSubrange(...end)
        guard number == connection.received + 1 else {
          return "message \(number ?? 0) where \(connection.received + 1) was due"
        }
        connection.received += 1
        connection.longestSilence = max(connection.longestSilence, now() - connection.lastAnswer)
        connection.lastAnswer = now()
      }
    }
    return nil
  }

  private func step(
    _ state: inout Denied, _ target: (text: String, transport: Transport, address: SocketAddress)
  ) {
    if now() >= state.nextStart {
      state.nextStart = now() + Self.deniedInterval
      state.tries += 1
      state.attempts.append(
        Attempt(target.transport, target.address, source: nil, milliseconds: Self.attemptLife))
    }
    for attempt in state.attempts {
      attempt.step()
      if case .ok = attempt.outcome {
        state.successes += 1
        say("reached \(target.text) at try \(state.tries)")
      }
    }
    state.attempts.removeAll { $0.outcome != nil }
  }

  private func report(
    _ connection: Connection?, _ attacks: [Denied], _ trouble: String?
  ) -> Int32 {
    var isClean = trouble == nil
    if let connection {
      let silence = max(
        connection.longestSilence, trouble == nil ? now() - connection.lastAnswer : 0)
      say(
        "stream sent=\(connection.sent) answered=\(connection.received) "
          + "longest-silence-ms=\(silence) most-unanswered=\(connection.mostUnanswered) "
          + "retransmits=\(connection.socket.retransmits) "
          + "trouble=\(trouble ?? "none")")
    }
    for (attack, target) in zip(attacks, denied) {
      if attack.successes > 0 { isClean = false }
      say("denied \(target.text) tries=\(attack.tries) successes=\(attack.successes)")
    }
    return isClean ? 0 : 1
  }
}
