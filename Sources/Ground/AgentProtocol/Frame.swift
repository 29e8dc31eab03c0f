// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A message on the wire: the length of what follows in four bytes (big-endian), the version, the
/// kind of message, its fields. Strings are two bytes of length and UTF-8.
enum Frame {
  static let version: UInt8 = 1
  /// Of everything behind the length.
  static let largestBody = 64 << 10
  static let headerSize = 4

  /// Puts the length before a body.
  static func wrap(_ body: [UInt8]) throws(AgentProtocolError) -> [UInt8] {
    guard body.count <= largestBody else {
      throw AgentProtocolError(
        "a message of \(body.count) bytes is too long: at most \(largestBody)")
    }
    let size = UInt32(truncatingIfNeeded: body.count)
    return (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + body
  }
}
