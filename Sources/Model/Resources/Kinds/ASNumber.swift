// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// An AS number: a number, or its text, decimal or `high.low`. The form is kept.
public struct ASNumber: FieldValue, CustomStringConvertible, ExpressibleByIntegerLiteral {
  public let value: UInt32
  /// The text, where it was written as one.
  private let text: String?

  public init(_ value: UInt32) {
    self.value = value
    text = nil
  }

  public init(integerLiteral value: UInt32) { self.init(value) }

  /// Decimal digits, or two 16-bit numbers with a dot between them.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } })
    else { return nil }
    if parts.count == 2 {
      guard let high = UInt16(parts[0]), let low = UInt16(parts[1]) else { return nil }
      value = UInt32(high) << 16 | UInt32(low)
    } else {
      guard let number = UInt32(text) else { return nil }
      value = number
    }
    self.text = text
  }

  /// Always decimal, as BIRD and tables want it.
  public var description: String { "\(value)" }

  public static var blank: ASNumber { ASNumber(0) }
  public static var schema: Value {
    [
      "anyOf": [["type": "integer"], ["type": "string"]], "x-kubernetes-int-or-string": true,
      // Zeros may stand before digits.
      StrictSchema.member: [
        "minimum": 0, "maximum": .int(Int64(UInt32.max)),
        "pattern": .string(
          "^0*(\(StrictSchema.word)|\(StrictSchema.port)[.]0*\(StrictSchema.port))$"),
      ],
    ]
  }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> ASNumber? {
    switch value {
    case .int(let number):
      if let number = UInt32(exactly: number) { return ASNumber(number) }
    case .string(let text):
      if let number = ASNumber(text) { return number }
    case .double:
      return context.fail("must be an AS number: put the dotted form in quotes")
    default: break
    }
    return context.fail(
      "must be an AS number from 0 to 4294967295, or two 16-bit numbers with a dot between",
      value: value.string ?? value.int.map(String.init))
  }

  public func encode() -> Value { text.map { .string($0) } ?? .int(Int64(value)) }
}
