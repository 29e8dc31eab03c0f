// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// Writes the fields in the order of their declaration, leaving out what Calico's JSON leaves out.
struct EncodingVisitor: FieldVisitor {
  private(set) var members: [Value.Member] = []
  /// The written fields that hold their default. A kept member of the same name is what the store
  /// held there and this version could not read; it goes before the default.
  private var soft: UInt64 = 0

  private mutating func write<T: FieldValue>(_ name: String, _ value: T, isDefault: Bool) {
    if isDefault, members.count < UInt64.bitWidth { soft |= 1 << UInt64(members.count) }
    members.append(Value.Member(name, value.encode()))
  }

  mutating func required<T: FieldValue>(
    _ name: String, _ value: inout T, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    write(name, value, isDefault: value == .blank)
  }

  mutating func defaulted<T: FieldValue>(
    _ name: String, _ value: inout T, default: T, always: Bool,
    check: @autoclosure () -> Check<T>?, doc: String
  ) {
    let isDefault = value == `default`
    if always || !isDefault { write(name, value, isDefault: isDefault) }
  }

  mutating func optional<T: FieldValue>(
    _ name: String, _ value: inout T?, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    if let value { write(name, value, isDefault: false) }
  }

  mutating func rest(_ unknown: inout [UnknownMember], keeping: [String]) {
    let declared = members.count
    for member in unknown {
      guard let index = members[..<declared].firstIndex(where: { $0.key == member.key }) else {
        members.append(member)
        continue
      }
      if index < UInt64.bitWidth, soft & (1 << UInt64(index)) != 0 { members[index] = member }
    }
  }
}
