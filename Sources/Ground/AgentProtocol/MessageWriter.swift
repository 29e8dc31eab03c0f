// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Writes the body of a message.
struct MessageWriter {
  private(set) var body: [UInt8]

  init(kind: UInt8) { body = [Frame.version, kind] }

  mutating func put(_ number: UInt16) {
    body.append(UInt8(truncatingIfNeeded: number >> 8))
    body.append(UInt8(truncatingIfNeeded: number))
  }

  mutating func put(_ text: String) throws(AgentProtocolError) {
    guard let size = UInt16(exactly: text.utf8.count) else {
      throw AgentProtocolError("a text of \(text.utf8.count) bytes is too long: at most 65535")
    }
    put(size)
    body += text.utf8
  }
}
