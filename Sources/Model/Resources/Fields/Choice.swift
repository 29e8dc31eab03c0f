// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// A field that takes one of a few words: an enum whose raw values are the words.
public protocol Choice: FieldValue, CaseIterable, RawRepresentable where RawValue == String {}

extension Choice {
  public static var schema: Value {
    ["type": "string", "enum": .array(allCases.map { .string($0.rawValue) })]
  }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> Self? {
    if case .string(let text) = value, let choice = Self(rawValue: text) { return choice }
    let words = allCases.map(\.rawValue).joined(separator: ", ")
    return context.fail("must be one of \(words)", value: value.string)
  }

  public static func read(_ json: inout JSONReader) -> Self? {
    json.string().flatMap { Self(rawValue: $0) }
  }

  public func encode() -> Value { .string(rawValue) }
}
