// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Reads the body of a message, whatever it is: what is missing or too much is an error.
struct MessageReader {
  private var rest: ArraySlice<UInt8>
  let kind: UInt8

  init(_ body: [UInt8]) throws(AgentProtocolError) {
    guard body.count >= 2 else { throw AgentProtocolError("the message is too short") }
    guard body[0] == Frame.version else {
      throw AgentProtocolError(
        "version \(body[0]) of the protocol is not known: this is \(Frame.version)")
    }
    kind = body[1]
    rest = body.dropFirst(2)
  }

  mutating func number() throws(AgentProtocolError) -> UInt16 {
    guard let high = rest.popFirst(), let low = rest.popFirst() else { throw Self.truncated }
    return UInt16(high) << 8 | UInt16(low)
  }

  mutating func string() throws(AgentProtocolError) -> String {
    let size = Int(try number())
    guard rest.count >= size else { throw Self.truncated }
    guard let text = String(validating: rest.prefix(size), as: UTF8.self) else {
      throw AgentProtocolError("a text in the message is not UTF-8")
    }
    rest = rest.dropFirst(size)
    return text
  }

  func finish() throws(AgentProtocolError) {
    guard rest.isEmpty else {
      throw AgentProtocolError("\(rest.count) bytes too many follow the message")
    }
  }

  private static var truncated: AgentProtocolError {
    AgentProtocolError("the message ends too early")
  }
}
