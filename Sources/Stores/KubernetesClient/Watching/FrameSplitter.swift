// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Cuts a watch's bytes into its events: a length and a message in protobuf, a line in JSON.
struct FrameSplitter {
  /// Bytes of one event at most: an object has at most some 1.5 MB, and its JSON a few times that.
  static let limit = 16 << 20

  private let format: ObjectFormat
  private var buffer = ByteBuffer()
  /// How much of the buffer is known to have no line end.
  private var searched = 0

  init(_ format: ObjectFormat) { self.format = format }

  mutating func append(_ bytes: ByteBuffer) {
    var bytes = bytes
    buffer.discardReadBytes()
    buffer.writeBuffer(&bytes)
  }

  /// Whether bytes of an event that is not complete are left.
  var isInsideEvent: Bool { buffer.readableBytes > 0 }

  /// The next complete event. Errors: one is larger than the limit.
  mutating func next() throws(KubernetesError) -> [UInt8]? {
    switch format {
    case .protobuf:
      guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else {
        return nil
      }
      guard length <= Self.limit else { throw Self.tooLarge }
      guard buffer.readableBytes >= 4 + Int(length) else { return nil }
      buffer.moveReaderIndex(forwardBy: 4)
      return buffer.readBytes(length: Int(length))
    case .json:
      while true {
        let view = buffer.readableBytesView.dropFirst(searched)
        guard let end = view.firstIndex(of: UInt8(ascii: "\n")) else {
          searched = buffer.readableBytes
          guard searched <= Self.limit else { throw Self.tooLarge }
          return nil
        }
        let length = end - buffer.readerIndex
        searched = 0
        guard let line = buffer.readBytes(length: length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 1)
        if !line.isEmpty { return line }
      }
    }
  }

  private static var tooLarge: KubernetesError {
    .tooLarge("an event of a watch has more than \(limit) bytes, which is more than is read")
  }
}
