// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import ValueTree

/// Makes values of the form that a schema says.
struct SchemaSample {
  var random: SplitMix64

  /// A value of the schema's form, with each optional part there or not.
  mutating func value(_ schema: Value) -> Value {
    if let words = schema["enum"]?.array, let word = words.randomElement(using: &random) {
      return word
    }
    switch schema["type"]?.string {
    case "string": return .string(Self.texts.randomElement(using: &random) ?? "x")
    case "boolean": return .bool(Bool.random(using: &random))
    case "integer": return .int(Int64.random(in: 0...100_000, using: &random))
    case "number": return .double(Double(Int.random(in: 1...99, using: &random)) + 0.5)
    case "array":
      let items = schema["items"] ?? .null
      return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(items) })
    case "object":
      if let properties = schema["properties"]?.members {
        return .object(
          properties.compactMap { property in
            Int.random(in: 0...2, using: &random) == 0
              ? nil : .init(property.key, value(property.value))
          })
      }
      let each = schema["additionalProperties"] ?? .null
      return .object(["a", "b.c/d", "e-f"].map { .init($0, value(each)) })
    default:
      return Bool.random(using: &random) ? .string("80:90") : .int(6)
    }
  }

  private static let texts = [
    "10.0.0.0/16", "fd00::/48", "1m30s", "all()", "has(a) && b == 'c'", "eth0", "", "node-1", "ü",
    "80:90", "00:11:22:33:44:55", "projectcalico.org/v3",
  ]

  /// The same value with a stranger at the end of objects, at every depth.
  mutating func strangers(in value: Value, _ schema: Value) -> Value {
    switch value {
    case .array(let items):
      let each = schema["items"] ?? .null
      return .array(items.map { strangers(in: $0, each) })
    case .object(let members):
      guard let properties = schema["properties"] else { return value }
      var result = members.map { member in
        Value.Member(member.key, strangers(in: member.value, properties[member.key] ?? .null))
      }
      if Int.random(in: 0...2, using: &random) > 0 {
        result.append(.init("zzFuture", ["deep": [.int(1), ["er": .null]]]))
      }
      return .object(result)
    default: return value
    }
  }

  /// The same value with values of the wrong type in places.
  mutating func damaged(_ value: Value, _ schema: Value) -> Value {
    switch value {
    case .array(let items) where Int.random(in: 0...5, using: &random) > 0:
      let each = schema["items"] ?? .null
      return .array(items.map { damaged($0, each) })
    case .object(let members) where Int.random(in: 0...9, using: &random) > 0:
      guard let properties = schema["properties"] else { return value }
      return .object(
        members.map { member in
          .init(member.key, damaged(member.value, properties[member.key] ?? .null))
        })
    case .object, .array: return .string("neither list nor map")
    default: return Int.random(in: 0...4, using: &random) == 0 ? [["odd": true]] : value
    }
  }
}

extension Value {
  /// The same with the members of every object in order.
  var sortedByKey: Value {
    switch self {
    case .array(let items): .array(items.map(\.sortedByKey))
    case .object(let members):
      .object(
        members.map { .init($0.key, $0.value.sortedByKey) }.sorted { $0.key < $1.key })
    default: self
    }
  }
}
