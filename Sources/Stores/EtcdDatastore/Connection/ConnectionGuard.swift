// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// Stands between TLS and HTTP/2 on a connection to etcd: it answers the server's PINGs and hides
/// them, and notes what went wrong with the connection.
///
/// etcd's gRPC library sends a PING with nearly every message, to estimate the bandwidth. The HTTP/2
/// library here takes more than 200 control frames in 30 seconds for an attack and closes the
/// connection, and the gRPC library here leaves no way to set that limit. This handler follows the
/// frames' boundaries only; every byte but those of a PING that asks for an answer passes through as
/// it is.
final class ConnectionGuard: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private static let headerSize = 9
  private static let pingSize = 17
  /// RFC 9113 §6.7.
  private static let pingType: UInt8 = 6
  private static let ackFlag: UInt8 = 1

  struct State {
    /// The begin of a frame whose header, or whose PING, is not complete.
    var partial = ByteBuffer()
    /// How many bytes of the frame at hand are still to pass.
    var passing = 0
  }

  // All calls come on the channel's event loop; the mutex is for the compiler.
  private let state = Mutex(State())
  private let troubles: ConnectionTroubles

  init(_ troubles: ConnectionTroubles) { self.troubles = troubles }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let (runs, answers) = state.withLock { Self.sift(unwrapInboundIn(data), &$0) }
    if answers.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(answers), promise: nil) }
    for run in runs { context.fireChannelRead(wrapInboundOut(run)) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    troubles.note(error)
    context.fireErrorCaught(error)
  }

  /// Takes the PINGs out of what came in: gives what stands between them, and the answers to them.
  static func sift(
    _ arrived: ByteBuffer, _ state: inout State
  ) -> (runs: [ByteBuffer], answers: ByteBuffer) {
    var input = arrived
    if state.partial.readableBytes > 0 {
      state.partial.writeBuffer(&input)
      input = state.partial
      state.partial = ByteBuffer()
    }
    var runs: [ByteBuffer] = []
    var answers = ByteBuffer()
    var start = input.readerIndex
    var index = start
    let end = input.writerIndex
    func endRun() {
      if let run = input.getSlice(at: start, length: index - start), run.readableBytes > 0 {
        runs.append(run)
      }
    }
    while index < end {
      if state.passing > 0 {
        let count = min(state.passing, end - index)
        state.passing -= count
        index += count
        continue
      }
      guard let header = FrameHeader(input, at: index) else { break }
      guard header.isQuestion else {
        state.passing = headerSize + header.length
        continue
      }
      guard var ping = input.getSlice(at: index, length: pingSize) else { break }
      ping.setInteger(ackFlag, at: ping.readerIndex + 4)
      answers.writeBuffer(&ping)
      endRun()
      index += pingSize
      start = index
    }
    endRun()
    if var rest = input.getSlice(at: index, length: end - index) {
      state.partial.writeBuffer(&rest)
    }
    return (runs, answers)
  }

  /// The nine bytes before a frame (RFC 9113 §4.1), without the stream's number.
  private struct FrameHeader {
    var length: Int
    var isQuestion: Bool

    /// Nil when they are not all there.
    init?(_ buffer: ByteBuffer, at start: Int) {
      guard buffer.writerIndex - start >= headerSize,
        let high = buffer.getInteger(at: start, as: UInt8.self),
        let low = buffer.getInteger(at: start + 1, as: UInt16.self),
        let type = buffer.getInteger(at: start + 3, as: UInt8.self),
        let flags = buffer.getInteger(at: start + 4, as: UInt8.self)
      else { return nil }
      length = Int(high) << 16 | Int(low)
      isQuestion = type == pingType && flags & ackFlag == 0 && length == pingSize - headerSize
    }
  }
}
