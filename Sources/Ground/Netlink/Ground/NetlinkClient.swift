// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Requests, dumps and notifications over a transport: sequence numbers, acknowledgements, retries.
///
/// Calls block. One client belongs to one thread (or actor).
public final class NetlinkClient {
  public let transport: any NetlinkTransport
  private var sequence: UInt32 = 0
  /// How often a dump is begun anew when what it reads changed meanwhile.
  static let dumpAttempts = 16
  /// How many datagrams of other sequences are skipped before an answer is given up.
  private static let maximumStrays = 100_000

  public init(_ transport: any NetlinkTransport) { self.transport = transport }

  /// A run of numbers for the messages of one datagram; 0 is never given.
  func takeSequences(_ count: Int = 1) -> UInt32 {
    let (next, wrapped) = sequence.addingReportingOverflow(UInt32(clamping: count))
    if wrapped {
      sequence = UInt32(clamping: count)
      return 1
    }
    defer { sequence = next }
    return sequence + 1
  }

  func send(_ writer: borrowing NetlinkWriter, _ operation: String) throws(NetlinkError) {
    if writer.overflowed { throw NetlinkError(operation, .attributeTooLong) }
    try writer.withBytes { (bytes) throws(NetlinkError) in try transport.send(bytes) }
  }

  /// The messages of one datagram; `nil` when there is none and `wait` is false.
  func receive(_ operation: String, wait: Bool = true) throws(NetlinkError) -> [NetlinkMessage]? {
    do throws(NetlinkError) {
      guard let datagram = try transport.receive(wait: wait) else {
        if wait { throw NetlinkError(operation, .timedOut) }
        return nil
      }
      return NetlinkMessage.parse(datagram)
    } catch {
      throw NetlinkError(operation, error.reason)
    }
  }

  /// Sends one request and waits for its acknowledgement. Returns what came before that.
  @discardableResult
  public func request(
    type: UInt16, flags: NetlinkFlags = [], _ operation: String,
    _ body: (inout NetlinkWriter) -> Void
  ) throws(NetlinkError) -> [NetlinkMessage] {
    let number = takeSequences()
    var writer = NetlinkWriter(capacity: 512)
    writer.message(
      type: type, flags: flags.union([.request, .acknowledge]), sequence: number, body)
    try send(writer, operation)
    var answers: [NetlinkMessage] = []
    for _ in 0..<Self.maximumStrays {
      for message in try receive(operation) ?? [] where message.sequence == number {
        if let outcome = message.outcome {
          guard outcome.code == 0 else {
            throw NetlinkError(operation, .refused(code: outcome.code, message: outcome.text))
          }
          return answers
        }
        answers.append(message)
      }
    }
    throw NetlinkError(operation, .timedOut)
  }

  /// Reads everything that a dump request asks for, anew when it changed meanwhile.
  public func dump(
    type: UInt16, flags: NetlinkFlags = [], _ operation: String,
    _ body: (inout NetlinkWriter) -> Void
  ) throws(NetlinkError) -> [NetlinkMessage] {
    for _ in 0..<Self.dumpAttempts {
      var messages: [NetlinkMessage] = []
      let whole = try dumpOnce(type: type, flags: flags, operation, body) { messages.append($0) }
      if whole { return messages }
    }
    throw NetlinkError(operation, .unsettled(attempts: Self.dumpAttempts))
  }

  /// Reads once, message by message. False when what was read changed meanwhile.
  func dumpOnce(
    type: UInt16, flags: NetlinkFlags = [], _ operation: String,
    _ body: (inout NetlinkWriter) -> Void, each: (NetlinkMessage) -> Void
  ) throws(NetlinkError) -> Bool {
    let number = takeSequences()
    var writer = NetlinkWriter(capacity: 512)
    writer.message(type: type, flags: flags.union([.request, .dump]), sequence: number, body)
    try send(writer, operation)
    var whole = true
    var strays = 0
    while strays < Self.maximumStrays {
      var any = false
      for message in try receive(operation) ?? [] where message.sequence == number {
        any = true
        if message.flags.contains(.dumpInterrupted) { whole = false }
        if let outcome = message.outcome {
          guard outcome.code == 0 else {
            throw NetlinkError(operation, .refused(code: outcome.code, message: outcome.text))
          }
          return whole
        }
        each(message)
      }
      if !any { strays += 1 }
    }
    throw NetlinkError(operation, .timedOut)
  }
}
