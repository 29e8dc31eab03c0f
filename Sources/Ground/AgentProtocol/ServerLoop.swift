// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The thread of the server: one poll over the listener, the mailbox and all connections.
final class ServerLoop {
  private let listener: Listener
  private let mailbox: Mailbox
  private let limits: AgentServer.Limits
  private let handler: @Sendable (AgentRequest, AgentResponder) -> Void
  private var connections: [UInt64: Connection] = [:]
  private var nextID: UInt64 = 0
  /// Set while the process has no descriptor for one more connection.
  private var acceptAgainAt: Deadline?
  private var buffer = [UInt8](repeating: 0, count: 4096)

  init(
    listener: Listener, mailbox: Mailbox, limits: AgentServer.Limits,
    handler: @escaping @Sendable (AgentRequest, AgentResponder) -> Void
  ) {
    self.listener = listener
    self.mailbox = mailbox
    self.limits = limits
    self.handler = handler
  }

  func run() {
    var isClosed = false
    while !isClosed {
      let (ready, canAccept) = waitForWork()
      let mail = mailbox.collect()
      isClosed = mail.isClosed
      for item in mail.items { deliver(item) }
      for (id, events) in ready { serve(id, events) }
      for id in Array(connections.keys) { flush(id) }
      closeOverdue()
      if canAccept, !isClosed { accept() }
    }
    for connection in connections.values { close(connection.fd) }
    connections = [:]
    listener.closeAndRemove()
  }

  /// Waits until something can be done: connections with events, and whether somebody knocks.
  private func waitForWork() -> (ready: [(UInt64, Int32)], canAccept: Bool) {
    if acceptAgainAt?.remaining == 0 { acceptAgainAt = nil }
    let isOpen = acceptAgainAt == nil && connections.count < limits.connections
    let ids = Array(connections.keys)
    var entries = [
      pollfd(fd: mailbox.bell, events: Int16(POLLIN), revents: 0),
      // A negative descriptor is left out of the poll.
      pollfd(fd: isOpen ? listener.fd : -1, events: Int16(POLLIN), revents: 0),
    ]
    for id in ids {
      guard let connection = connections[id] else { continue }
      let events =
        (connection.isReading ? POLLIN : 0) | (connection.output.isEmpty ? 0 : POLLOUT)
      entries.append(pollfd(fd: connection.fd, events: Int16(events), revents: 0))
    }
    let next = (connections.values.compactMap(\.deadline) + (acceptAgainAt.map { [$0] } ?? []))
      .min()
    guard poll(&entries, nfds_t(entries.count), next?.remaining ?? -1) > 0 else {
      return ([], false)  // a deadline, or a signal
    }
    let ready = zip(ids, entries.dropFirst(2)).filter { $0.1.revents != 0 }
    return (ready.map { ($0, Int32($1.revents)) }, entries[1].revents != 0)
  }

  private func accept() {
    while connections.count < limits.connections {
      let fd = Glibc.accept(listener.fd, nil, nil)
      guard fd >= 0 else {
        switch errno {
        case EINTR, ECONNABORTED: continue
        case EMFILE, ENFILE, ENOMEM, ENOBUFS:
          // Polling on would spin: whoever knocks stays at the door for a moment.
          acceptAgainAt = Deadline(inMilliseconds: 100)
          return
        default: return
        }
      }
      guard fcntl(fd, F_SETFD, FD_CLOEXEC) == 0, fcntl(fd, F_SETFL, O_NONBLOCK) == 0 else {
        close(fd)
        continue
      }
      nextID += 1
      connections[nextID] = Connection(fd: fd, phase: .reading(idleDeadline))
    }
  }

  /// Takes one of our connections' events up.
  private func serve(_ id: UInt64, _ events: Int32) {
    guard let connection = connections[id] else { return }
    if connection.isReading, events & POLLIN != 0 {
      read(id, connection.fd)
    } else if events & (POLLHUP | POLLERR | POLLNVAL) != 0 {
      drop(id)
    }
  }

  private func read(_ id: UInt64, _ fd: Int32) {
    do {
      switch try UnixSocket.read(fd, into: &buffer) {
      case .bytes(let count): connections[id]?.frames.append(buffer[..<count])
      case .nothing: return
      case .closed: return drop(id)
      }
    } catch { return drop(id) }
    takeRequest(id)
  }

  /// Hands the next request over, if it is there entirely and none is being answered.
  private func takeRequest(_ id: UInt64) {
    guard connections[id]?.isReading == true else { return }
    do throws(AgentProtocolError) {
      guard let body = try connections[id]?.frames.next() else { return }
      let request = try AgentRequest(body: body)
      let responder = AgentResponder(mailbox: mailbox, connection: id)
      connections[id]?.phase = .answering
      connections[id]?.responder = responder
      handler(request, responder)
    } catch {
      // What follows rubbish is rubbish.
      send(.failed(reason: error.description), to: id)
      connections[id]?.phase = .closing(idleDeadline)
    }
  }

  private func deliver(_ item: Mailbox.Item) {
    guard let connection = connections[item.connection] else { return }
    if !item.reply.isFinal {
      // A client that does not read needs no further reasons.
      if connection.output.count <= Frame.largestBody { send(item.reply, to: item.connection) }
      return
    }
    send(item.reply, to: item.connection)
    connections[item.connection]?.phase = .reading(idleDeadline)
    takeRequest(item.connection)
  }

  private func send(_ reply: AgentReply, to id: UInt64) {
    do {
      connections[id]?.output += try reply.frame()
    } catch {
      let substitute = AgentReply.failed(reason: "the reply does not fit: \(error)")
      connections[id]?.output += (try? substitute.frame()) ?? []
    }
  }

  private func flush(_ id: UInt64) {
    guard let connection = connections[id] else { return }
    if !connection.output.isEmpty {
      do {
        let count = try UnixSocket.write(connection.fd, connection.output[...])
        connections[id]?.output.removeFirst(count)
      } catch { return drop(id) }
    }
    if case .closing = connection.phase, connections[id]?.output.isEmpty == true { drop(id) }
  }

  private func closeOverdue() {
    for (id, connection) in connections where connection.deadline?.remaining == 0 { drop(id) }
  }

  private func drop(_ id: UInt64) {
    guard let connection = connections.removeValue(forKey: id) else { return }
    connection.responder?.abandon()
    close(connection.fd)
  }

  private var idleDeadline: Deadline { Deadline(inMilliseconds: limits.idleMilliseconds) }
}
