// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// Reads the members of one object into the fields that its type declares.
struct DecodingVisitor: FieldVisitor {
  /// An object has at most this many members; the bits of `used` say which were taken.
  static let memberLimit = 256

  let members: [Value.Member]
  var context: DecodingContext
  /// The members to report: those that no field took, in strict mode, and repeated ones.
  private(set) var strays: [Int] = []
  private var used = SIMD4<UInt64>()
  /// Where the next field is looked for first: mostly they come in order.
  private var hint = 0

  init(members: [Value.Member], context: DecodingContext) {
    self.members = members
    self.context = context
  }

  /// The place of the first member of that name.
  private mutating func find(_ name: String) -> Int? {
    var index = hint
    for _ in 0..<members.count {
      if index >= members.count { index = 0 }
      if members[index].key == name {
        used[index >> 6] |= 1 << UInt64(index & 63)
        hint = index + 1
        return index
      }
      index += 1
    }
    return context.mode == .strict ? findInOtherCase(name) : nil
  }

  /// The place of the first member of that name in other letters, which Go reads too.
  private mutating func findInOtherCase(_ name: String) -> Int? {
    guard
      let index = members.indices.first(where: {
        used[$0 >> 6] & (1 << UInt64($0 & 63)) == 0
          && Self.isSame(members[$0].key, as: name)
      })
    else { return nil }
    used[index >> 6] |= 1 << UInt64(index & 63)
    context.warn(.otherCase(of: name, written: members[index].key))
    return index
  }

  private static func isSame(_ a: String, as b: String) -> Bool {
    a.utf8.count == b.utf8.count && a.lowercased() == b.lowercased()
  }

  /// The value of a field: nil when there is none (or null), or when it is not one.
  private mutating func take<T: FieldValue>(_ name: String, _ check: () -> Check<T>?) -> Taken<T> {
    guard let index = find(name) else { return .absent }
    let found = members[index].value
    if case .null = found { return .absent }
    let before = context.found.count
    defer { context.prefixProblems(after: before, with: .key(name)) }
    guard let value = T.decode(found, &context) else {
      if context.mode == .preserving { used[index >> 6] &= ~(1 << UInt64(index & 63)) }
      return .invalid
    }
    check()?.run(value, &context)
    return .value(value)
  }

  private enum Taken<T> {
    case absent, invalid
    case value(T)
  }

  mutating func required<T: FieldValue>(
    _ name: String, _ value: inout T, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    switch take(name, check) {
    case .value(let found): value = found
    case .invalid: value = .blank
    case .absent:
      value = .blank
      context.report(FieldProblem(path: ValuePath([.key(name)]), message: "is required"))
    }
  }

  mutating func defaulted<T: FieldValue>(
    _ name: String, _ value: inout T, default: T, always: Bool,
    check: @autoclosure () -> Check<T>?, doc: String
  ) {
    if case .value(let found) = take(name, check) { value = found } else { value = `default` }
  }

  mutating func optional<T: FieldValue>(
    _ name: String, _ value: inout T?, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    if case .value(let found) = take(name, check) { value = found } else { value = nil }
  }

  mutating func rest(_ unknown: inout [UnknownMember], keeping: [String]) {
    for index in members.indices where used[index >> 6] & (1 << UInt64(index & 63)) == 0 {
      let key = members[index].key
      let isRepeated = members.indices.contains { $0 != index && members[$0].key == key }
      // In people's input null is nothing, also where what stands there is passed through.
      let isNothing =
        context.mode == .strict && members[index].value.isNull && keeping.contains(key)
      if isNothing && !isRepeated { continue }
      if context.mode == .preserving || keeping.contains(key) { unknown.append(members[index]) }
      if isRepeated || (context.mode == .strict && !keeping.contains(key)) { strays.append(index) }
    }
  }
}
