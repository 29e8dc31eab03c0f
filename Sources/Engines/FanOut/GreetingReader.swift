// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// Reads the members of a JSON object that somebody else wrote.
struct GreetingReader {
  private let object: Value
  private let what: String

  init(_ body: ArraySlice<UInt8>, _ what: String) throws(TyphaProtocolError) {
    self.what = what
    guard body.count <= TyphaMessage.agentLimit else {
      throw TyphaProtocolError("\(what) has \(body.count) bytes")
    }
    do throws(SyntaxError) {
      object = try JSON.parse(Array(body))
    } catch {
      throw TyphaProtocolError("\(what) is not JSON: \("\(error)".cut(to: 200))")
    }
    guard object.members != nil else { throw TyphaProtocolError("\(what) is no JSON object") }
  }

  subscript(name: String) -> Value? { object[name] }

  func text(_ name: String, limit: Int) throws(TyphaProtocolError) -> String {
    guard let text = object[name]?.string else { throw wrong(name, "a text") }
    guard text.utf8.count <= limit else { throw wrong(name, "at most \(limit) bytes") }
    return text
  }

  func number(_ name: String) throws(TyphaProtocolError) -> Int64 {
    guard let number = object[name]?.int else { throw wrong(name, "a whole number") }
    return number
  }

  func list<Item>(
    _ name: String, _ item: (Value) -> Item?
  ) throws(TyphaProtocolError) -> [Item] {
    guard let items = object[name]?.array else { throw wrong(name, "a list") }
    return items.compactMap(item)
  }

  private func wrong(_ name: String, _ allowed: String) -> TyphaProtocolError {
    TyphaProtocolError("\(what): '\(name)' must be \(allowed)")
  }
}
