// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// Sees every field of a `Described` value: its name, its place, its default, its check and its words.
public protocol FieldVisitor {
  /// A field that people must give. It is always written.
  mutating func required<T: FieldValue>(
    _ name: String, _ value: inout T, check: @autoclosure () -> Check<T>?, doc: String)

  /// A field that has a default. It is written when it differs from that, or when `always` says so
  /// (where Calico's JSON has the field even then).
  mutating func defaulted<T: FieldValue>(
    _ name: String, _ value: inout T, default: T, always: Bool,
    check: @autoclosure () -> Check<T>?, doc: String)

  /// A field that may be absent, which differs from every value of it.
  mutating func optional<T: FieldValue>(
    _ name: String, _ value: inout T?, check: @autoclosure () -> Check<T>?, doc: String)

  /// The members that the type does not declare: an error in people's input, unless named in
  /// `keeping`; kept in stored objects. Must come last.
  mutating func rest(_ unknown: inout [UnknownMember], keeping: [String])
}

extension FieldVisitor {
  /// A required field whose form says all that there is to check.
  public mutating func required<T: FieldValue>(_ name: String, _ value: inout T, doc: String) {
    required(name, &value, check: nil, doc: doc)
  }

  /// A field whose default is the blank value of its type.
  public mutating func defaulted<T: FieldValue>(
    _ name: String, _ value: inout T, always: Bool = false,
    check: @autoclosure () -> Check<T>? = nil, doc: String
  ) {
    defaulted(name, &value, default: .blank, always: always, check: check(), doc: doc)
  }

  /// A field with a default other than blank.
  public mutating func defaulted<T: FieldValue>(
    _ name: String, _ value: inout T, default: T, always: Bool = false, doc: String
  ) {
    defaulted(name, &value, default: `default`, always: always, check: nil, doc: doc)
  }

  /// An optional field whose form says all that there is to check.
  public mutating func optional<T: FieldValue>(_ name: String, _ value: inout T?, doc: String) {
    optional(name, &value, check: nil, doc: doc)
  }

  /// The members that the type does not declare.
  public mutating func rest(_ unknown: inout [UnknownMember]) {
    rest(&unknown, keeping: [])
  }
}
