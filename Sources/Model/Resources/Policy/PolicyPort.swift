// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import ValueTree

/// A port of a rule: a number, a range `n:m`, or the name of a port of the endpoint. The form is
/// kept.
public enum PolicyPort: FieldValue, CustomStringConvertible, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral
{
  case number(Int)
  /// A range, a name, or a number in quotes.
  case text(String)

  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int) { self = .number(value) }

  /// The ports that are meant; nil for a name, and for what is no port.
  public var range: PortRange? {
    switch self {
    case .number(let number): return UInt16(exactly: number).map { PortRange($0) }
    case .text(let text): return PortRange(text)
    }
  }

  /// The name; nil for numbers, and for what is neither.
  ///
  /// DESIGN: a name has a letter in it, as Kubernetes asks of every name of a port. Without that
  /// `8000-8100` would be the name of a port that no endpoint has, and a Deny with it would deny
  /// nothing.
  public var name: String? {
    guard case .text(let text) = self, NameRules.isPortName(text),
      text.utf8.contains(where: { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) })
    else { return nil }
    return text
  }

  public var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .text(let text): text
    }
  }

  /// What is wrong with it; nil when nothing is.
  ///
  /// - Parameter isHinting: whether to say what was meant, where that can be told.
  func problem(hinting isHinting: Bool) -> String? {
    if name != nil { return nil }
    var bounds: [Int?]
    switch self {
    case .number(let number): bounds = [number]
    case .text(let text):
      bounds = text.split(separator: ":", omittingEmptySubsequences: false).map {
        NameRules.isNumber($0) ? Int($0) : nil
      }
    }
    let numbers = bounds.compactMap { $0 }
    guard numbers.count == bounds.count, let first = numbers.first, numbers.count <= 2 else {
      if isHinting, let hint = NearMiss.port(description) { return "port range invalid: \(hint)" }
      return "port range invalid: must be a number, n:m or a port's name, which has at most 128 "
        + "letters, digits, '_', '.' and '-', a letter among them"
    }
    guard numbers.allSatisfy({ (1...65535).contains($0) }) else {
      return "port range invalid, port number must be between 1 and 65535"
    }
    return first <= (numbers.last ?? first) ? nil : "min value cannot be greater than max value"
  }

  public static var blank: PolicyPort { .number(0) }
  public static var schema: Value {
    ["anyOf": [["type": "integer"], ["type": "string"]], "x-kubernetes-int-or-string": true]
  }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> PolicyPort? {
    switch value {
    case .int(let number): return .number(Int(number))
    case .string(let text): return .text(text)
    default:
      return context.fail(
        "must be a port's number, a range \"n:m\" or a port's name, is \(value.typeName)")
    }
  }

  public func encode() -> Value {
    switch self {
    case .number(let number): .int(Int64(number))
    case .text(let text): .string(text)
    }
  }
}

extension Check where T == PolicyPort {
  /// A port that there can be.
  static var valid: Check { Check { $0.problem(hinting: true) } }
}
