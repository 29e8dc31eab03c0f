// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

extension Array: FieldValue where Element: FieldValue {
  public static var blank: [Element] { [] }
  public static var schema: Value { ["type": "array", "items": Element.schema] }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> [Element]? {
    guard case .array(let items) = value else {
      return context.fail("must be a list, is \(value.typeName)")
    }
    var result: [Element] = []
    result.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      let before = context.found.count
      if let element = Element.decode(item, &context) { result.append(element) }
      context.prefixProblems(after: before, with: .index(index))
    }
    // A list with a hole in it is no list: what the other elements say may hang on the lost one.
    return result.count == items.count ? result : nil
  }

  public static func read(_ json: inout JSONReader) -> [Element]? {
    var result: [Element] = []
    var step = json.beginList()
    while step == .item {
      guard let element = Element.read(&json) else { return nil }
      result.append(element)
      step = json.nextItem()
    }
    return step == .end ? result : nil
  }

  public func encode() -> Value { .array(map { $0.encode() }) }

  public static var hasParts: Bool { Element.hasParts }

  public func judge(_ context: inout DecodingContext) -> Bool {
    guard Element.hasParts else { return false }
    var hasUnread = false
    for (index, element) in enumerated() {
      let before = context.found.count
      hasUnread = element.judge(&context) || hasUnread
      context.prefixProblems(after: before, with: .index(index))
    }
    return hasUnread
  }
}

extension Dictionary: FieldValue where Key == String, Value: FieldValue {
  public static var blank: [String: Value] { [:] }
  public static var schema: ValueTree.Value {
    ["type": "object", "additionalProperties": Value.schema]
  }

  public static func decode(
    _ value: ValueTree.Value, _ context: inout DecodingContext
  ) -> [String: Value]? {
    guard case .object(let members) = value else {
      return context.fail("must be a map, is \(value.typeName)")
    }
    var result: [String: Value] = [:]
    result.reserveCapacity(members.count)
    for member in members {
      let before = context.found.count
      if let element = Value.decode(member.value, &context) {
        if result.updateValue(element, forKey: member.key) != nil {
          context.report(FieldProblem(path: ValuePath(), message: "is given more than once"))
        }
      }
      context.prefixProblems(after: before, with: .key(member.key))
    }
    return result.count == members.count ? result : nil
  }

  public static func read(_ json: inout JSONReader) -> [String: Value]? {
    var step = json.beginMap()
    if step == .end { return [:] }
    // Room for some from the start: to make room means to hash again what is there.
    var result: [String: Value] = Dictionary(minimumCapacity: 3)
    while step == .item {
      guard let key = json.key(), let element = Value.read(&json),
        result.updateValue(element, forKey: key) == nil
      else { return nil }
      step = json.nextKey()
    }
    return step == .end ? result : nil
  }

  public static var hasParts: Bool { Value.hasParts }

  public func judge(_ context: inout DecodingContext) -> Bool {
    guard Value.hasParts else { return false }
    var hasUnread = false
    for (key, element) in self {
      let before = context.found.count
      hasUnread = element.judge(&context) || hasUnread
      context.prefixProblems(after: before, with: .key(key))
    }
    return hasUnread
  }

  /// Sorted by key, as Go writes maps.
  public func encode() -> ValueTree.Value {
    .object(sorted { $0.key < $1.key }.map { .init($0.key, $0.value.encode()) })
  }
}

/// In a list or a map: null is nil.
extension Optional: FieldValue where Wrapped: FieldValue {
  public static var blank: Wrapped? { nil }

  public static var schema: Value {
    var schema = Wrapped.schema
    schema["nullable"] = true
    return schema
  }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> Wrapped?? {
    if case .null = value { return .some(nil) }
    return Wrapped.decode(value, &context).map { .some($0) }
  }

  public func encode() -> Value { map { $0.encode() } ?? .null }

  public static var hasParts: Bool { Wrapped.hasParts }

  public func judge(_ context: inout DecodingContext) -> Bool {
    self?.judge(&context) ?? false
  }
}
