// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import NIOCore
import Resources
import SyncCoding
import SyncModel

/// What has changed, as the messages that say so: made once, written to every agent.
struct Difference: Sendable {
  private let everything: ByteBuffer
  /// Nil where that is the same.
  private let withoutBGP: ByteBuffer?
  /// How many updates there are in it.
  let count: Int
  /// What holds once it is applied.
  let status: SyncStatus

  init(_ batch: UpdateBatch, messageItems: Int) {
    count = batch.updates.count
    status = batch.status
    everything = Self.messages(batch, messageItems)
    if batch.updates.allSatisfy({ Interest.withoutBGP.includes($0) }) {
      withoutBGP = nil
    } else {
      var rest = batch
      rest.updates.removeAll { !Interest.withoutBGP.includes($0) }
      withoutBGP = Self.messages(rest, messageItems)
    }
  }

  func messages(for interest: Interest) -> ByteBuffer {
    switch interest {
    case .everything: everything
    case .withoutBGP: withoutBGP ?? everything
    }
  }

  var bytes: Int { everything.readableBytes + (withoutBGP?.readableBytes ?? 0) }

  private static func messages(_ batch: UpdateBatch, _ items: Int) -> ByteBuffer {
    let bounds = FrameBuilder.Bounds(items: items, bytes: FrameBuilder.Bounds.standard.bytes)
    var buffer = ByteBuffer()
    for frame in batch.frames(bounds: bounds) {
      buffer.writeBytes(TyphaMessage.frame(PackedFrame(packing: frame, .zlib)).bytes)
    }
    return buffer
  }
}

/// Everything that held after one of the differences, as the messages that say so. Its end is not in
/// it: what has changed since comes before that.
struct Snapshot: Sendable {
  let interest: Interest
  /// Of the last difference that is in it.
  let sequence: Int
  let messages: [ByteBuffer]
  /// What it takes, and what it would without compression.
  let bytes: Int
  let rawBytes: Int

  /// Errors: see `SnapshotCache.frames`.
  init(
    _ cache: SnapshotCache, _ interest: Interest, sequence: Int
  ) throws(SyncCodingError) {
    self.interest = interest
    self.sequence = sequence
    var messages = [ByteBuffer(bytes: TyphaMessage.snapshotBegins.bytes)]
    var rawBytes = 0
    for frame in try cache.frames(for: interest) {
      rawBytes += frame.count
      messages.append(
        ByteBuffer(bytes: TyphaMessage.frame(PackedFrame(packing: frame, .zlib)).bytes))
    }
    self.messages = messages
    self.rawBytes = rawBytes
    bytes = messages.reduce(0) { $0 + $1.readableBytes }
  }
}
