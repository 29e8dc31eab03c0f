// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// What can stand in a field: a scalar, a list, a map or a `Described` object.
///
/// Decoding reports problems to the context instead of throwing, so that one pass finds all of them.
public protocol FieldValue: Hashable, Sendable {
  /// What a field holds when nothing was said: "", 0, false, [], an object of blanks.
  static var blank: Self { get }

  /// The OpenAPI schema of the value, as custom resource definitions want it.
  static var schema: Value { get }

  /// Reads a value; nil when it has the wrong form, and then the context has a problem more.
  static func decode(_ value: Value, _ context: inout DecodingContext) -> Self?

  /// The value as JSON and YAML show it.
  func encode() -> Value

  /// Reads a value straight from a stored object's JSON: what `decode` makes of it without a
  /// problem, or nil. Nil says only that this way does not do.
  static func read(_ json: inout JSONReader) -> Self?

  /// Whether there is something inside to judge.
  static var hasParts: Bool { get }

  /// Reports what a strict reading of the value would report, but for what only its written form
  /// shows; says whether anything inside is there that could not be read.
  func judge(_ context: inout DecodingContext) -> Bool
}

extension FieldValue {
  public static var hasParts: Bool { false }
  public func judge(_ context: inout DecodingContext) -> Bool { false }

  public static func read(_ json: inout JSONReader) -> Self? {
    guard let value = json.value() else { return nil }
    var context = DecodingContext(.preserving)
    guard let result = decode(value, &context), context.problems.isEmpty else { return nil }
    return result
  }
}
