// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

extension String: FieldValue {
  public static var blank: String { "" }
  public static var schema: Value { ["type": "string"] }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> String? {
    switch value {
    case .string(let text): return text
    case .int, .double, .bool:
      return context.fail("must be a string, is \(value.typeName): put it in quotes")
    default: return context.fail("must be a string, is \(value.typeName)")
    }
  }

  public static func read(_ json: inout JSONReader) -> String? { json.string() }

  public func encode() -> Value { .string(self) }
}

extension Bool: FieldValue {
  public static var blank: Bool { false }
  public static var schema: Value { ["type": "boolean"] }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> Bool? {
    guard case .bool(let flag) = value else {
      return context.fail("must be true or false, is \(value.typeName)", value: value.string)
    }
    return flag
  }

  public static func read(_ json: inout JSONReader) -> Bool? { json.bool() }

  public func encode() -> Value { .bool(self) }
}

extension Int: FieldValue {
  public static var blank: Int { 0 }
  public static var schema: Value { ["type": "integer"] }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> Int? {
    guard case .int(let number) = value else {
      let hint = value.string.flatMap { Int($0) } == nil ? "" : ": leave the quotes out"
      return context.fail(
        "must be a whole number, is \(value.typeName)\(hint)", value: value.string)
    }
    return Int(number)
  }

  public static func read(_ json: inout JSONReader) -> Int? { json.int().map { Int($0) } }

  public func encode() -> Value { .int(Int64(self)) }
}

extension Double: FieldValue {
  public static var blank: Double { 0 }
  public static var schema: Value { ["type": "number"] }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> Double? {
    guard let number = value.double, number.isFinite else {
      return context.fail("must be a number, is \(value.typeName)", value: value.string)
    }
    return number
  }

  /// A whole number is written as one: 100, not 100.0.
  public func encode() -> Value {
    if magnitude < 0x1p53, let whole = Int64(exactly: self) { return .int(whole) }
    return .double(self)
  }
}

/// Any value, as it stands.
extension Value: FieldValue {
  public static var blank: Value { .null }
  public static var schema: Value { ["x-kubernetes-preserve-unknown-fields": true] }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> Value? { value }

  public func encode() -> Value { self }
}
