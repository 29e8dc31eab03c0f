// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// Answers each line over TCP and each datagram over UDP with its own name, the asker's address and
/// what was asked.
struct Server {
  var name: String
  var ports: [(Transport, UInt16)]
  /// Conversations at once at most; further ones wait in the kernel's queue.
  private static let limit = 1024

  private final class Conversation {
    let socket: Socket
    let peer: String
    var pending = ""

    init(_ socket: Socket, _ peer: String) {
      self.socket = socket
      self.peer = peer
    }
  }

  func run() -> Int32 {
    var listeners: [Socket] = []
    var askers: [Socket] = []
    for (transport, port) in ports {
      for family in [AF_INET, AF_INET6] {
        guard let socket = Socket.listening(transport, family: family, port: port) else {
          // A kernel without IPv6 is no reason to serve nobody.
          if family == AF_INET6, errno == EAFNOSUPPORT { continue }
          complain("cannot listen on \(transport.rawValue):\(port): \(errorText(errno))")
          return 1
        }
        if transport == .tcp { listeners.append(socket) } else { askers.append(socket) }
      }
    }
    say("serving")
    var conversations: [Conversation] = []
    while !Stop.isRequested {
      let accepting = conversations.count < Self.limit
      let watched =
        askers.map(\.number) + conversations.map(\.socket.number)
        + (accepting ? listeners.map(\.number) : [])
      var entries = watched.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      // Not for ever: a signal may have come just before.
      guard poll(&entries, nfds_t(entries.count), 500) > 0 else { continue }
      for asker in askers { answerDatagrams(asker) }
      conversations.removeAll { !answerLines($0) }
      if accepting { for listener in listeners { conversations += accept(listener) } }
    }
    return 0
  }

  private func accept(_ listener: Socket) -> [Conversation] {
    var found: [Conversation] = []
    while found.count < 64 {
      var peer = SocketAddress()
      let number = peer.withMutablePointer { Glibc.accept(listener.number, $0, $1) }
      guard let socket = Socket(number) else { break }
      _ = fcntl(number, F_SETFL, O_NONBLOCK)
      found.append(Conversation(socket, peer.host))
    }
    return found
  }

  private func answerDatagrams(_ asker: Socket) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    for _ in 0..<64 {
      var peer = SocketAddress()
      let count = peer.withMutablePointer {
        recvfrom(asker.number, &bytes, bytes.count, 0, $0, $1)
      }
      guard count >= 0 else { return }
      let text = String(decoding: bytes[..<count], as: UTF8.self)
      let answer = Array("\(name) \(peer.host) \(text)".utf8)
      _ = peer.withPointer { sendto(asker.number, answer, answer.count, 0, $0, $1) }
    }
  }

  /// Whether the conversation goes on.
  private func answerLines(_ conversation: Conversation) -> Bool {
    guard let text = conversation.socket.receive() else { return true }
    guard !text.isEmpty, conversation.pending.utf8.count + text.utf8.count < 65_536 else {
      return false
    }
    conversation.pending += text
    while let end = conversation.pending.firstIndex(of: "\n") {
      let line = conversation.pending[..<end]
      guard conversation.socket.send("\(name) \(conversation.peer) \(line)\n") else { return false }
      conversation.pending.removeSubrange(...end)
    }
    return true
  }
}
