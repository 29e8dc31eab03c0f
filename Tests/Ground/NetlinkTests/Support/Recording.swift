// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

/// Keeps what goes through a real socket.
final class Recorder: NetlinkTransport {
  private let inner: NetlinkSocket
  /// The answers to each request.
  private(set) var answers: [[[UInt8]]] = []

  init(_ inner: NetlinkSocket) { self.inner = inner }

  func send(_ bytes: UnsafeRawBufferPointer) throws(NetlinkError) {
    answers.append([])
    try inner.send(bytes)
  }

  func receive(wait: Bool) throws(NetlinkError) -> [UInt8]? {
    guard let datagram = try inner.receive(wait: wait) else { return nil }
    if !answers.isEmpty { answers[answers.count - 1].append(datagram) }
    return datagram
  }
}

/// Answers every request with given datagrams, numbered to fit it.
final class Player: NetlinkTransport {
  private let datagrams: [[UInt8]]
  private var waiting: [[UInt8]] = []
  private(set) var sent: [[UInt8]] = []

  init(_ datagrams: [[UInt8]]) { self.datagrams = datagrams }

  func send(_ bytes: UnsafeRawBufferPointer) throws(NetlinkError) {
    sent.append([UInt8](bytes))
    let number = Array(bytes[8..<12])
    waiting = datagrams.map { datagram in
      var datagram = datagram
      var position = 0
      while position + 16 <= datagram.count {
        datagram.replaceSubrange(position + 8..<position + 12, with: number)
        let length = Int(NetlinkReader(datagram).load(position, as: UInt32.self) ?? 0)
        if length < 16 { break }
        position += (length + 3) & ~3
      }
      return datagram
    }
  }

  func receive(wait: Bool) throws(NetlinkError) -> [UInt8]? {
    if !waiting.isEmpty { return waiting.removeFirst() }
    if wait { throw NetlinkError("play", .timedOut) }
    return nil
  }
}
