// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Synchronization

/// Replies on their way from any thread to the server's loop, and the bell that wakes it.
final class Mailbox: Sendable {
  struct Item {
    var connection: UInt64
    var reply: AgentReply
  }

  private struct State {
    var items: [Item] = []
    var isClosed = false
  }

  /// Readable when there is something to collect.
  let bell: Int32
  private let button: Int32
  private let state = Mutex(State())

  init() throws(UnixSocket.Failure) {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC | O_NONBLOCK) == 0 else {
      throw UnixSocket.Failure(code: errno)
    }
    bell = ends[0]
    button = ends[1]
  }

  // Responders may outlive the server: the descriptors live as long as somebody could ring.
  deinit {
    Glibc.close(bell)
    Glibc.close(button)
  }

  func post(_ reply: AgentReply, to connection: UInt64) {
    let isOpen = state.withLock { state in
      guard !state.isClosed else { return false }
      state.items.append(Item(connection: connection, reply: reply))
      return true
    }
    if isOpen { ring() }
  }

  /// Takes nothing more in, and has the loop end.
  func close() {
    state.withLock { $0.isClosed = true }
    ring()
  }

  /// What was posted since the last time, and whether the loop is to end.
  func collect() -> (items: [Item], isClosed: Bool) {
    var rings = [UInt8](repeating: 0, count: 64)
    while read(bell, &rings, rings.count) > 0 {}
    return state.withLock { state in
      defer { state.items = [] }
      return (state.items, state.isClosed)
    }
  }

  /// A full pipe rings as well.
  private func ring() {
    var byte: UInt8 = 1
    _ = write(button, &byte, 1)
  }
}
