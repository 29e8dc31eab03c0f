// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// A mark of packets' class of service: a number of six bits, or its name. The form is kept.
public enum DSCPMark: FieldValue, CustomStringConvertible, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral
{
  case number(Int)
  case text(String)

  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int) { self = .number(value) }

  /// The names that there are.
  public static let names =
    ["DF", "EF", "LE", "VA"]
    + (0...7).map { "CS\($0)" } + (1...4).flatMap { row in (1...3).map { "AF\(row)\($0)" } }

  public var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let text): text
    }
  }

  /// Whether it is a number from 0 to 63, also in quotes, or a name.
  var isMark: Bool {
    switch self {
    case .number(let number): (0...63).contains(number)
    case .text(let text):
      NameRules.isNumber(text)
        ? Int(text).map { (0...63).contains($0) } ?? false : Self.names.contains(text)
    }
  }

  public static var blank: DSCPMark { .number(0) }
  public static var schema: Value {
    ["anyOf": [["type": "integer"], ["type": "string"]], "x-kubernetes-int-or-string": true]
  }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> DSCPMark? {
    switch value {
    case .int(let number): return .number(Int(number))
    case .string(let text): return .text(text)
    default:
      return context.fail("must be a number from 0 to 63 or a name, is \(value.typeName)")
    }
  }

  public func encode() -> Value {
    switch self {
    case .number(let number): .int(Int64(number))
    case .text(let text): .string(text)
    }
  }
}

extension Check where T == DSCPMark {
  /// A mark that there is. Stored ones are not asked.
  static var known: Check {
    let names = DSCPMark.names
    return Check(
      strict: [
        .init("minimum", 0), .init("maximum", 63),
        .init(
          "pattern",
          .string("^([0-9]|[1-5][0-9]|6[0-3]|\(names.joined(separator: "|")))$")),
      ],
      whenWritten: {
        $0.isMark
          ? nil : "must be a number from 0 to 63 or one of \(names.joined(separator: ", "))"
      })
  }
}
