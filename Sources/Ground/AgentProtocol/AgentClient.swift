// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Asks the agent of this node, on the calling thread.
public struct AgentClient: Sendable {
  public let path: String

  public init(path: String = AgentSocket.path()) { self.path = path }

  /// Sends a request and waits for the reply that ends it, which is never `pending`.
  ///
  /// - Parameter milliseconds: the longest that the whole call may take.
  /// - Parameter onPending: told of each reason that the agent gives for not being done yet.
  public func send(
    _ request: AgentRequest, waitingAtMost milliseconds: Int,
    onPending: (String) -> Void = { _ in }
  ) throws(AgentClientError) -> AgentReply {
    guard UnixSocket.isUsable(path) else { throw .badPath(path) }
    let deadline = Deadline(inMilliseconds: milliseconds)
    var lastPending: String?
    do throws(Failure) {
      let fd: Int32
      do { fd = try UnixSocket.make() } catch { throw .socket(error) }
      defer { close(fd) }
      try connect(fd, deadline)
      try write(fd, request, deadline)
      return try read(fd, deadline) { reason in
        lastPending = reason
        onPending(reason)
      }
    } catch {
      switch error {
      case .late:
        throw .noAnswer(path: path, milliseconds: milliseconds, lastPending: lastPending)
      case .closed: throw .closed(path: path)
      case .message(let error): throw .badMessage(error)
      case .socket(let failure):
        switch failure.code {
        case ENOENT, ECONNREFUSED: throw .noAgent(path: path)
        default: throw .system(path: path, message: failure.text)
        }
      }
    }
  }

  private enum Failure: Error {
    case late
    case closed
    case message(AgentProtocolError)
    case socket(UnixSocket.Failure)
  }

  private func connect(_ fd: Int32, _ deadline: Deadline) throws(Failure) {
    while true {
      do {
        return try UnixSocket.connect(fd, to: path)
      } catch {
        // A full queue of connections cannot be polled for, only tried again.
        guard error.code == EAGAIN || error.code == EINTR else { throw .socket(error) }
        let pause = min(deadline.remaining, 5)
        guard pause > 0 else { throw .late }
        poll(nil, 0, pause)
      }
    }
  }

  private func write(
    _ fd: Int32, _ request: AgentRequest, _ deadline: Deadline
  ) throws(Failure) {
    let frame: [UInt8]
    do { frame = try request.frame() } catch { throw .message(error) }
    var rest = frame[...]
    while true {
      do {
        rest = rest.dropFirst(try UnixSocket.write(fd, rest))
      } catch {
        // An agent that closed may have said why before.
        if error.code == EPIPE || error.code == ECONNRESET { return }
        throw .socket(error)
      }
      if rest.isEmpty { return }
      try wait(fd, for: POLLOUT, deadline)
    }
  }

  private func read(
    _ fd: Int32, _ deadline: Deadline, onPending: (String) -> Void
  ) throws(Failure) -> AgentReply {
    var frames = FrameBuffer()
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      do throws(AgentProtocolError) {
        while let body = try frames.next() {
          let reply = try AgentReply(body: body)
          guard case .pending(let reason) = reply else { return reply }
          onPending(reason)
        }
      } catch { throw .message(error) }
      let reading: UnixSocket.Reading
      do { reading = try UnixSocket.read(fd, into: &buffer) } catch { throw .socket(error) }
      switch reading {
      case .bytes(let count):
        frames.append(buffer[..<count])
        // Also an agent that never stops saying "pending" is given up in time.
        if deadline.remaining == 0 { throw .late }
      case .nothing: try wait(fd, for: POLLIN, deadline)
      case .closed: throw .closed
      }
    }
  }

  private func wait(_ fd: Int32, for events: Int32, _ deadline: Deadline) throws(Failure) {
    while true {
      let remaining = deadline.remaining
      guard remaining > 0 else { throw .late }
      var entry = pollfd(fd: fd, events: Int16(truncatingIfNeeded: events), revents: 0)
      let count = poll(&entry, 1, remaining)
      if count > 0 { return }
      if count < 0, errno != EINTR { throw .socket(UnixSocket.Failure(code: errno)) }
    }
  }
}
