// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Values under small integers that are handed out here and used again after removal: cheap keys
/// for the many sets that refer to them.
struct Slots<Value: Sendable>: Sendable {
  private var values: [Value?] = []
  private var free: [Int] = []

  /// How many values there are.
  var count: Int { values.count - free.count }

  /// The slots in use.
  var indices: [Int] { values.indices.filter { values[$0] != nil } }

  mutating func insert(_ value: Value) -> Int {
    if let slot = free.popLast() {
      values[slot] = value
      return slot
    }
    values.append(value)
    return values.count - 1
  }

  @discardableResult
  mutating func remove(_ slot: Int) -> Value? {
    guard values.indices.contains(slot), let value = values[slot] else { return nil }
    values[slot] = nil
    free.append(slot)
    return value
  }

  /// The value in a slot. Setting does nothing for a slot that is not in use.
  subscript(slot: Int) -> Value? {
    get { values.indices.contains(slot) ? values[slot] : nil }
    _modify {
      var stranger: Value?
      if values.indices.contains(slot), values[slot] != nil {
        yield &values[slot]
      } else {
        yield &stranger
      }
    }
  }
}
