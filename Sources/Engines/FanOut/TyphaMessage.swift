// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What agent and Typha say to each other over one connection.
///
/// A message is its length (four bytes, the highest first, of what follows), a byte that says what
/// it is, and its body. Greetings and what is said now and then are JSON objects, in which members
/// that are not known do not count; what is said all the time is bytes. The order of a connection:
///
///     agent                     Typha
///     hello             →
///                       ←       welcome, or a farewell with the reason
///                       ←       snapshot begins, frames, snapshot ends
///                       ←       frames, each of which is what has changed
///                       ←       ping, at any time
///     pong              →
///                       ←       farewell, at any time; then Typha closes
public enum TyphaMessage: Sendable, Hashable {
  case hello(AgentGreeting)
  case welcome(TyphaGreeting)
  case farewell(Farewell)
  /// Everything that holds is to come, in frames.
  case snapshotBegins
  case snapshotEnds
  case frame(PackedFrame)
  case ping(Ping)
  case pong(number: Int64)

  /// The version of this form; greetings say which ones a side speaks.
  public static let version: Int64 = 1
  /// The port that Typha listens on unless it is told another.
  public static let defaultPort: UInt16 = 5473
  /// Bytes of the length before each message.
  public static let lengthBytes = 4
  /// How long a message of an agent may be.
  public static let agentLimit = 16 << 10
  /// How long a message of Typha may be: a frame of the greatest length, and what stands before it.
  public static let typhaLimit = PackedFrame.sizeLimit + 64

  enum Kind: UInt8, CaseIterable {
    case hello = 1
    case welcome, farewell, snapshotBegins, snapshotEnds, frame, ping, pong
  }

  /// The message with its length.
  public var bytes: [UInt8] {
    switch self {
    case .hello(let greeting): Self.envelope(.hello, greeting.bytes)
    case .welcome(let greeting): Self.envelope(.welcome, greeting.bytes)
    case .farewell(let farewell): Self.envelope(.farewell, farewell.bytes)
    case .snapshotBegins: Self.envelope(.snapshotBegins, [])
    case .snapshotEnds: Self.envelope(.snapshotEnds, [])
    case .frame(let frame): Self.envelope(.frame, frame.bytes)
    case .ping(let ping): Self.envelope(.ping, ping.bytes)
    case .pong(let number): Self.envelope(.pong, Self.bytes(of: UInt64(bitPattern: number)))
    }
  }

  private static func envelope(_ kind: Kind, _ body: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(lengthBytes + 1 + body.count)
    bytes += Self.bytes(of: UInt32(truncatingIfNeeded: body.count + 1))
    bytes.append(kind.rawValue)
    bytes += body
    return bytes
  }

  static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  /// Reads what stands behind the length.
  ///
  /// Errors: bytes that are no message of this form.
  public init(_ content: ArraySlice<UInt8>) throws(TyphaProtocolError) {
    guard let first = content.first else { throw TyphaProtocolError("a message is empty") }
    guard let kind = Kind(rawValue: first) else {
      throw TyphaProtocolError("there is no message of type \(first)")
    }
    let body = content.dropFirst()
    switch kind {
    case .hello: self = .hello(try AgentGreeting(body))
    case .welcome: self = .welcome(try TyphaGreeting(body))
    case .farewell: self = .farewell(try Farewell(body))
    case .snapshotBegins:
      try Self.expect(body, count: 0)
      self = .snapshotBegins
    case .snapshotEnds:
      try Self.expect(body, count: 0)
      self = .snapshotEnds
    case .frame: self = .frame(try PackedFrame(body))
    case .ping: self = .ping(try Ping(body))
    case .pong:
      try Self.expect(body, count: 8)
      self = .pong(number: Int64(bitPattern: body.reduce(0) { $0 << 8 | UInt64($1) }))
    }
  }

  private static func expect(_ body: ArraySlice<UInt8>, count: Int) throws(TyphaProtocolError) {
    guard body.count == count else {
      throw TyphaProtocolError("a message has \(body.count) bytes instead of \(count)")
    }
  }
}

/// What is wrong with what the other side said.
public struct TyphaProtocolError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
