// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// The names of an object's fields, for saying where a stray field belongs.
struct FieldNames: FieldVisitor {
  private(set) var names: [String] = []
  /// The fields that are objects themselves, with the names inside.
  private var inner: [(name: String, names: [String])] = []
  private var depth: Int

  private init(depth: Int) {
    self.depth = depth
  }

  static func of<T: Described>(_ type: T.Type, depth: Int = 1) -> FieldNames {
    var visitor = FieldNames(depth: depth)
    var blank = type.init()
    blank.fields(&visitor)
    return visitor
  }

  /// In which of the objects inside a stray key belongs; nil when in none.
  func placeHint(for key: String) -> String? {
    let places = inner.filter { $0.names.contains(key) }.map(\.name)
    return places.isEmpty ? nil : "\(key) belongs under \(places.joined(separator: " or "))"
  }

  /// Where a stray key may belong: in an object beside it, or it is misspelt. Nil when no idea.
  func hint(for key: String) -> String? {
    if let hint = placeHint(for: key) { return hint }
    let near = names.filter { Self.distance(Array($0.utf8), Array(key.utf8), atMost: 2) }
    return near.first.map { "did you mean \($0)?" }
  }

  /// Whether so few letters changed, added or left out, or another case, make one word of the other.
  private static func distance(_ a: [UInt8], _ b: [UInt8], atMost limit: Int) -> Bool {
    guard abs(a.count - b.count) <= limit, min(a.count, b.count) > 2, b.count < 64 else {
      return false
    }
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let cost = x | 0x20 == y | 0x20 ? diagonal : diagonal + 1
        diagonal = row[j + 1]
        row[j + 1] = min(cost, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count] <= limit
  }

  private mutating func add<T: FieldValue>(_ name: String, _ type: T.Type) {
    names.append(name)
    guard depth > 0, let described = type as? any Described.Type else { return }
    inner.append((name, FieldNames.of(described, depth: depth - 1).names))
  }

  mutating func required<T: FieldValue>(
    _ name: String, _ value: inout T, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    add(name, T.self)
  }

  mutating func defaulted<T: FieldValue>(
    _ name: String, _ value: inout T, default: T, always: Bool,
    check: @autoclosure () -> Check<T>?, doc: String
  ) {
    add(name, T.self)
  }

  mutating func optional<T: FieldValue>(
    _ name: String, _ value: inout T?, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    add(name, T.self)
  }

  mutating func rest(_ unknown: inout [UnknownMember], keeping: [String]) {}
}
