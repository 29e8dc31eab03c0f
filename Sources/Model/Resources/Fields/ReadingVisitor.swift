// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// Reads the members of one object of JSON into the fields that its type declares, when all is as
/// it should be. Otherwise `isSound` becomes false: then a `DecodingVisitor` says what is wrong.
struct ReadingVisitor: FieldVisitor {
  private(set) var json: JSONReader
  let members: Range<Int>
  private(set) var isSound = true
  /// The members that were read, as bits.
  private var used = SIMD4<UInt64>()
  /// Where the next field is looked for first: mostly they come in order.
  private var hint: Int

  init(_ json: JSONReader, _ members: Range<Int>) {
    self.json = json
    self.members = members
    hint = members.lowerBound
    isSound = members.count <= DecodingVisitor.memberLimit
  }

  /// The value of a field; nil when there is none, or null.
  private mutating func take<T: FieldValue>(_ name: String, _ check: () -> Check<T>?) -> T? {
    guard isSound, let index = json.member(name, in: members, from: hint) else { return nil }
    let place = index - members.lowerBound
    used[place >> 6] |= 1 << UInt64(place & 63)
    hint = index + 1
    let (isNull, end) = json.beginValue(of: index)
    if isNull { return nil }
    guard let value = T.read(&json), json.isAt(end) else {
      isSound = false
      return nil
    }
    if let check = check() {
      var context = DecodingContext(.preserving)
      check.run(value, &context)
      if !context.problems.isEmpty { isSound = false }
    }
    return value
  }

  mutating func required<T: FieldValue>(
    _ name: String, _ value: inout T, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    if let found = take(name, check) { value = found } else { isSound = false }
  }

  mutating func defaulted<T: FieldValue>(
    _ name: String, _ value: inout T, default: T, always: Bool,
    check: @autoclosure () -> Check<T>?, doc: String
  ) {
    value = take(name, check) ?? `default`
  }

  mutating func optional<T: FieldValue>(
    _ name: String, _ value: inout T?, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    value = take(name, check)
  }

  mutating func rest(_ unknown: inout [UnknownMember], keeping: [String]) {
    guard isSound else { return }
    for (place, index) in members.enumerated()
    where used[place >> 6] & (1 << UInt64(place & 63)) == 0 {
      let key = json.key(of: index)
      let isRepeated = json.member(key, in: members, from: index + 1) != index
      let (isNull, end) = json.beginValue(of: index)
      guard !isRepeated, let value = isNull ? .null : json.value(), json.isAt(end) else {
        isSound = false
        return
      }
      unknown.append(UnknownMember(key, value))
    }
  }
}
