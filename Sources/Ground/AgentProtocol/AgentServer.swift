// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Synchronization

/// The agent's end of the socket. It has a thread of its own, and is stopped by `stop()` or when it
/// is let go.
public final class AgentServer: Sendable {
  /// What clients may use at most.
  public struct Limits: Sendable, Hashable {
    /// Connections at a time; further ones wait in the socket's queue.
    public var connections: Int
    /// How long a client may be connected without sending a request or reading its reply.
    public var idleMilliseconds: Int

    public init(connections: Int = 64, idleMilliseconds: Int = 10_000) {
      self.connections = max(1, connections)
      self.idleMilliseconds = max(1, idleMilliseconds)
    }
  }

  public let path: String
  private let mailbox: Mailbox
  private let thread: Mutex<HostThread?>

  /// Listens on a path and serves from then on.
  ///
  /// The file has mode 0600. A socket left by a process that died is removed; the directory must
  /// exist.
  ///
  /// - Parameter handler: called on the server's thread, one request at a time: it must not block
  ///   and must not stop the server. It answers through the responder, then or later.
  public init(
    path: String = AgentSocket.path(), limits: Limits = Limits(),
    handler: @escaping @Sendable (AgentRequest, AgentResponder) -> Void
  ) throws(AgentServerError) {
    self.path = path
    do { mailbox = try Mailbox() } catch { throw .system(path: path, message: error.text) }
    let listener = try Listener(path: path)
    let loop = ServerLoop(
      listener: listener, mailbox: mailbox, limits: limits, handler: handler)
    do throws(SystemCallError) {
      thread = Mutex(try HostThread(name: "agent-socket") { loop.run() })
    } catch {
      listener.closeAndRemove()
      throw .system(path: path, message: errorText(error.code))
    }
  }

  deinit { stop() }

  /// Sends the replies that were given, closes all connections, removes the file and waits for the
  /// thread to end. Later calls do nothing.
  public func stop() {
    thread.withLock { thread in
      guard let running = thread else { return }
      thread = nil
      mailbox.close()
      running.join()
    }
  }
}
