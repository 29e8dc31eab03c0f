// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// Brings the schema of a type into the shape that a definition of ours has.
struct SchemaShape {
  /// Whether only types are kept of what values must fulfil.
  let isRecord: Bool
  /// Whether it says what is asked of what changes alone, too.
  let isStrict: Bool

  /// The same schema in which every object keeps the fields that it does not declare: pruning would
  /// erase what a newer Calico, or an older one, wrote. Defaults are said, not filled in: the
  /// server would change what others wrote.
  func opened(_ schema: Value) -> Value {
    guard let members = schema.members else { return schema }
    var result: [Value.Member] = []
    var standard: String?
    var strict: [Value.Member] = []
    for member in members {
      switch member.key {
      case "properties":
        let properties = member.value.members ?? []
        result.append(
          .init("properties", .object(properties.map { .init($0.key, opened($0.value)) })))
      case "items", "additionalProperties":
        result.append(.init(member.key, opened(member.value)))
      case "anyOf": result.append(member)
      case StrictSchema.member: if isStrict, !isRecord { strict = member.value.members ?? [] }
      case "default": standard = member.value.string ?? JSON.encode(member.value)
      case "required", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength",
        "minItems", "maxItems":
        if !isRecord { result.append(member) }
      default: result.append(member)
      }
    }
    var value = Value.object(result)
    for member in strict { value[member.key] = member.value }
    if let standard, let text = value["description"]?.string {
      value["description"] = .string("\(text) Default: \(standard).")
    }
    if schema["properties"] != nil { value["x-kubernetes-preserve-unknown-fields"] = true }
    return value
  }
}
