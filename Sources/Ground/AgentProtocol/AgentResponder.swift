// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Answers one request, at once or later, from any thread.
///
/// A responder that is let go without a final reply answers that the agent dropped the request, so
/// that no client waits in vain. A reply to a client that has gone is dropped; whether it has gone
/// says `isAbandoned`.
public final class AgentResponder: Sendable {
  private let mailbox: Mailbox
  private let connection: UInt64
  private let isAnswered = Mutex(false)
  private let isLeft = Atomic(false)

  init(mailbox: Mailbox, connection: UInt64) {
    self.mailbox = mailbox
    self.connection = connection
  }

  deinit { reply(.failed(reason: "the agent dropped the request")) }

  /// Whether the client has gone: nobody reads the reply any more.
  public var isAbandoned: Bool { isLeft.load(ordering: .relaxed) }

  /// The client has gone.
  func abandon() { isLeft.store(true, ordering: .relaxed) }

  /// Sends a reply. After the final one further replies do nothing. A reply that does not fit into
  /// a message of 64 KiB is turned into `failed`.
  public func reply(_ reply: AgentReply) {
    isAnswered.withLock { isAnswered in
      guard !isAnswered else { return }
      isAnswered = reply.isFinal
      mailbox.post(reply, to: connection)
    }
  }
}
