// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Features
import Resources
import ValueTree

/// What the conversion of one object has to say about it: of so many things at most, each of so many
/// letters at most, whatever was stored.
struct Findings: Sendable {
  /// How many problems are said.
  static let limit = 100
  static let lengthLimit = 400
  /// What is said of a field that has no value of its kind.
  static let unreadable = "cannot be read, and counts as not given"

  let key: ResourceKey
  private(set) var problems: [ConversionProblem] = []
  private(set) var asks: Asks
  /// How many problems are not said.
  private var unsaid = 0

  init(_ key: ResourceKey) {
    self.key = key
    asks = Asks(key)
  }

  var isEmpty: Bool { problems.isEmpty && asks.isEmpty }

  mutating func wrong(_ field: String, _ reason: String) {
    guard problems.count < Self.limit else { return unsaid += 1 }
    problems.append(
      ConversionProblem(
        key: key, field: field.cut(to: Self.lengthLimit), reason: reason.cut(to: Self.lengthLimit)))
  }

  /// A field that is right and asks for something; nil: for what only a newer version knows.
  mutating func asks(_ field: String, for feature: Feature?) {
    asks.add(field.cut(to: Self.lengthLimit), feature)
  }

  /// Fields of a newer version, or ones that could not be read.
  mutating func unknown(_ members: [UnknownMember], in path: String) {
    for member in members { asks("\(path).\(member.key)", for: nil) }
  }

  /// Takes up what a file with the object would be refused for. Where conversion has said already
  /// what it makes of a place, that is enough.
  mutating func take(_ faults: [FieldProblem]) {
    for fault in faults {
      let path = "\(fault.path)"
      let reason = fault.message + (fault.value.map { ", is \(LeftOut.shown($0))" } ?? "")
      asks.removeUnknown { Self.isWithin(path, $0) }
      let said = problems.firstIndex {
        Self.isWithin($0.field, path) || Self.isWithin(path, $0.field)
      }
      if let said {
        if problems[said].reason == Self.unreadable {
          problems[said].reason = "\(reason), and counts as not given".cut(to: Self.lengthLimit)
        }
      } else {
        wrong(path.isEmpty ? "object" : path, reason)
      }
    }
  }

  /// Says how many problems there are besides.
  mutating func close() {
    guard unsaid > 0 else { return }
    problems.append(ConversionProblem(key: key, field: "object", reason: "\(unsaid) more"))
    unsaid = 0
  }

  /// Whether a place is another, or inside it.
  private static func isWithin(_ path: String, _ outer: String) -> Bool {
    guard path.hasPrefix(outer) else { return false }
    let rest = path.utf8.dropFirst(outer.utf8.count)
    return rest.isEmpty || rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: "[")
  }
}
