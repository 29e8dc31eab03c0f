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
}
