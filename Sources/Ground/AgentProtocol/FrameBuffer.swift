// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Puts frames together from the pieces that a stream socket delivers.
struct FrameBuffer {
  private var bytes: [UInt8] = []

  mutating func append(_ piece: some Sequence<UInt8>) { bytes += piece }

  /// The body of the next frame; nil when it is not there entirely.
  mutating func next() throws(AgentProtocolError) -> [UInt8]? {
    guard bytes.count >= Frame.headerSize else { return nil }
    let size = bytes.prefix(Frame.headerSize).reduce(0) { $0 << 8 | Int($1) }
    guard size <= Frame.largestBody else {
      throw AgentProtocolError(
        "a message of \(size) bytes is announced: at most \(Frame.largestBody) are allowed")
    }
    guard bytes.count >= Frame.headerSize + size else { return nil }
    let body = Array(bytes[Frame.headerSize..<Frame.headerSize + size])
    bytes.removeFirst(Frame.headerSize + size)
    return body
  }
}
