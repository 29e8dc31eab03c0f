// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension Value {
  /// The (first) member of an object; nil when there is none or this is no object.
  ///
  /// Setting replaces the member in its place or appends it; setting nil removes it. Setting on
  /// anything but an object does nothing, except that null becomes an object.
  public subscript(key: String) -> Value? {
    get {
      guard case .object(let members) = self else { return nil }
      for member in members where member.key == key { return member.value }
      return nil
    }
    set {
      var members: [Member]
      switch self {
      case .object(let present): members = present
      case .null where newValue != nil: members = []
      default: return
      }
      self = .null  // leaves the members with one owner, so that they change in place
      let index = members.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(key, value))
      case (nil, nil): break
      }
      self = .object(members)
    }
  }

  /// The value below this one that a path names; nil when there is none.
  public func value(at path: ValuePath) -> Value? {
    var current = self
    for step in path.steps {
      switch step {
      case .key(let key):
        guard let next = current[key] else { return nil }
        current = next
      case .index(let index):
        guard case .array(let items) = current, items.indices.contains(index) else { return nil }
        current = items[index]
      }
    }
    return current
  }

  public var isNull: Bool { self == .null }

  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The integer, if it was written as one: 5.0 is none.
  public var int: Int64? {
    guard case .int(let value) = self else { return nil }
    return value
  }

  /// The number, whether it was written as an integer or not.
  public var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  public var array: [Value]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  public var members: [Member]? {
    guard case .object(let value) = self else { return nil }
    return value
  }

  /// What the value is, for messages: "a string", "a list", "a map".
  public var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int: "an integer"
    case .double: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "a map"
    }
  }
}
