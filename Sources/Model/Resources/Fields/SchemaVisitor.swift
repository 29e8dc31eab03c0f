// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// Collects the OpenAPI schema of an object from the declaration of its fields.
struct SchemaVisitor: FieldVisitor {
  private var properties: [Value.Member] = []
  private var required: [Value] = []
  private var isOpen = false

  /// The schema of the object whose fields were seen.
  var schema: Value {
    var members = [Value.Member("type", .string("object"))]
    if !properties.isEmpty { members.append(Value.Member("properties", .object(properties))) }
    if !required.isEmpty { members.append(Value.Member("required", .array(required))) }
    return .object(members)
  }

  private mutating func add<T: FieldValue>(
    _ name: String, _ type: T.Type, _ check: Check<T>?, _ more: [Value.Member], _ doc: String
  ) {
    var members = T.schema.members ?? []
    StrictSchema.put((check?.schema() ?? []) + more, into: &members)
    if !doc.isEmpty { members.append(Value.Member("description", .string(doc))) }
    properties.append(Value.Member(name, .object(members)))
  }

  mutating func required<T: FieldValue>(
    _ name: String, _ value: inout T, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    add(name, T.self, check(), [], doc)
    required.append(.string(name))
  }

  mutating func defaulted<T: FieldValue>(
    _ name: String, _ value: inout T, default: T, always: Bool,
    check: @autoclosure () -> Check<T>?, doc: String
  ) {
    let isBlank = `default` == .blank
    add(
      name, T.self, check(), isBlank ? [] : [Value.Member("default", `default`.encode())], doc)
  }

  mutating func optional<T: FieldValue>(
    _ name: String, _ value: inout T?, check: @autoclosure () -> Check<T>?, doc: String
  ) {
    add(name, T.self, check(), [], doc)
  }

  mutating func rest(_ unknown: inout [UnknownMember], keeping: [String]) {}
}
