// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import FanOut
public import NIOCore

/// Finds the messages in what a connection brings.
public struct MessageDecoder: ByteToMessageDecoder {
  public typealias InboundOut = TyphaMessage

  private let limit: Int
  private var isFirst = true

  /// - Parameter limit: How long a message may be; nothing is kept of a longer one.
  public init(limit: Int) { self.limit = limit }

  public mutating func decode(
    context: ChannelHandlerContext, buffer: inout ByteBuffer
  ) throws -> DecodingState {
    guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else {
      return .needMoreData
    }
    guard length > 0, length <= limit else {
      throw isFirst
        ? TyphaProtocolError(Self.stranger(length))
        : TyphaProtocolError("a message of \(length) bytes is announced; allowed are \(limit)")
    }
    let whole = TyphaMessage.lengthBytes + Int(length)
    guard buffer.readableBytes >= whole else { return .needMoreData }
    buffer.moveReaderIndex(forwardBy: TyphaMessage.lengthBytes)
    guard let content = buffer.readBytes(length: Int(length)) else { return .needMoreData }
    let message = try TyphaMessage(content[...])
    isFirst = false
    context.fireChannelRead(Self.wrapInboundOut(message))
    return .continue
  }

  /// What remains when a connection ends is half a message.
  public mutating func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    while try decode(context: context, buffer: &buffer) == .continue {}
    return .needMoreData
  }

  /// Who may have sent this as the first four bytes.
  private static func stranger(_ word: UInt32) -> String {
    switch word {
    case 0x1603_0000...0x1603_ffff:
      "the other side speaks TLS, and this one is not configured for it"
    case 0x1503_0000...0x1503_ffff:
      "the other side speaks TLS, and refuses to speak without"
    case 0x4745_5420, 0x504f_5354, 0x4845_4144, 0x5052_4920, 0x4854_5450:
      "the other side speaks HTTP"
    default:
      "the other side does not speak this protocol; agents of Calico itself speak another one"
    }
  }
}
