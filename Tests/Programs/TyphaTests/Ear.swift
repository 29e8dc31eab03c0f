// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import NIOCore
import Resources
import SyncCoding
import SyncModel
import Testing

/// Makes of the bytes that Typha sends what an agent must make of them, and sees that they come in the
/// order of a conversation.
struct Ear {
  enum Phase { case greeting, waiting, snapshot, differences, over }

  private(set) var phase = Phase.greeting
  private(set) var known = Known()
  private(set) var status: SyncStatus?
  private(set) var pings: [Ping] = []
  private(set) var farewell: Farewell?
  private(set) var snapshots = 0
  /// What each message of differences was about, in their order.
  private(set) var differences: [[SyncUpdate]] = []
  /// All updates that it was told, in their order.
  private(set) var told: [SyncUpdate] = []
  /// Bytes that it was sent.
  private(set) var received = 0
  /// Whether a message has begun and not ended.
  var isInMessage: Bool { !bytes.isEmpty }
  private var bytes: [UInt8] = []
  private var decoder = SyncDecoder()

  mutating func hear(_ new: [UInt8]) throws {
    bytes += new
    received += new.count
    while bytes.count >= TyphaMessage.lengthBytes {
      let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      guard bytes.count >= 4 + length else { return }
      let message = try TyphaMessage(bytes[4..<4 + length])
      bytes.removeFirst(4 + length)
      try take(message)
    }
  }

  private mutating func take(_ message: TyphaMessage) throws {
    #expect(phase != .over, "after a farewell there is nothing: \(message)")
    switch (phase, message) {
    case (.greeting, .welcome(let welcome)):
      #expect(welcome.version == TyphaMessage.version)
      phase = .waiting
    case (_, .farewell(let farewell)):
      self.farewell = farewell
      phase = .over
    case (.waiting, .snapshotBegins):
      phase = .snapshot
      snapshots += 1
    case (.snapshot, .snapshotEnds):
      phase = .differences
      status = .inSync
    case (.waiting, .ping(let ping)), (.snapshot, .ping(let ping)), (.differences, .ping(let ping)):
      pings.append(ping)
    case (.snapshot, .frame(let packed)), (.differences, .frame(let packed)):
      let frame = try decoder.decode(packed.unpacked())
      known.apply(frame.updates)
      told += frame.updates
      guard phase == .differences else { return }
      differences.append(frame.updates)
      if let status = frame.status { self.status = status }
    default: Issue.record("\(message) in \(phase)")
    }
  }
}
