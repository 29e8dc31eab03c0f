// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import ValueTree

/// A protocol as a rule or a port names it: by name in any case, or by number, also in quotes. The
/// form is kept.
public enum ProtocolMatch: FieldValue, CustomStringConvertible, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral
{
  case name(String)
  case number(Int)

  public init(stringLiteral value: String) { self = .name(value) }
  public init(integerLiteral value: Int) { self = .number(value) }

  /// The protocol that is meant; nil when there is none of that name or number.
  public var ipProtocol: IPProtocol? {
    switch self {
    case .name(let name):
      NameRules.isNumber(name) ? Int(name).flatMap(Self.numbered) : IPProtocol(name: name)
    case .number(let number): Self.numbered(number)
    }
  }

  private static func numbered(_ number: Int) -> IPProtocol? {
    number == 0 ? nil : UInt8(exactly: number).map(IPProtocol.init)
  }

  public var description: String {
    switch self {
    case .name(let name): name
    case .number(let number): "\(number)"
    }
  }

  public static var blank: ProtocolMatch { .number(0) }
  public static var schema: Value {
    ["anyOf": [["type": "integer"], ["type": "string"]], "x-kubernetes-int-or-string": true]
  }

  public static func decode(
    _ value: Value, _ context: inout DecodingContext
  ) -> ProtocolMatch? {
    switch value {
    case .string(let name): return .name(name)
    case .int(let number): return .number(Int(number))
    default:
      return context.fail("must be a protocol's name or number, is \(value.typeName)")
    }
  }

  public func encode() -> Value {
    switch self {
    case .name(let name): .string(name)
    case .number(let number): .int(Int64(number))
    }
  }
}

extension Check where T == ProtocolMatch {
  /// A protocol that there is.
  static var known: Check {
    Check { match in
      guard match.ipProtocol == nil else { return nil }
      switch match {
      case .name(let name):
        let names = IPProtocol.named.compactMap(\.name).joined(separator: ", ")
        return "protocol name invalid: must be one of \(names), or a number from 1 to 255"
          + (NearMiss.transport(name).map { ": \($0)" } ?? "")
      case .number: return "protocol number invalid: must be between 1 and 255"
      }
    }
  }
}
