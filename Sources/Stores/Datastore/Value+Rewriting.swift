// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

package import ValueTree

extension Value {
  /// Makes in this stored value the change that leads from one of our own readings of it to
  /// another, and leaves the rest as it stands: the order of the members, what is written although
  /// it is the default, and what another version or another tool has put there.
  ///
  /// - Parameters:
  ///   - before: this value, read and written by us.
  ///   - after: what we would write now.
  package func rewritten(from before: Value, to after: Value) -> Value {
    if before == after { return self }
    switch (self, before, after) {
    case (.object(let stored), .object(let before), .object(let after)):
      return .object(Self.rewritten(stored, from: before, to: after))
    case (.array(let stored), .array(let before), .array(let after))
    where stored.count == before.count:
      return .array(Self.rewritten(stored, from: before, to: after))
    default:
      return after
    }
  }

  private static func rewritten(
    _ stored: [Member], from before: [Member], to after: [Member]
  ) -> [Member] {
    let old = Dictionary(before.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    let new = Dictionary(after.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    var result: [Member] = []
    var present: Set<String> = []
    for member in stored {
      present.insert(member.key)
      switch (old[member.key], new[member.key]) {
      case (let before?, let after?):
        result.append(Member(member.key, member.value.rewritten(from: before, to: after)))
      case (nil, let after?):
        result.append(Member(member.key, after))
      case (nil, nil):
        // Not for us to see, such as a default that we do not write: it stays.
        result.append(member)
      case (_?, nil):
        break
      }
    }
    // What is new goes behind the member that it follows in our order. What we would write always,
    // but was not there and has not changed, is not added.
    var previous: String?
    for member in after {
      defer { previous = member.key }
      guard !present.contains(member.key), old[member.key] != member.value else { continue }
      let place = previous.flatMap { key in result.firstIndex { $0.key == key } }
      result.insert(member, at: place.map { $0 + 1 } ?? result.count)
      present.insert(member.key)
    }
    return result
  }

  /// Of the items that are still there, in the same order, the stored form is kept. An item that
  /// stands where another one of the same list stood is rewritten from that.
  private static func rewritten(
    _ stored: [Value], from before: [Value], to after: [Value]
  ) -> [Value] {
    var result: [Value] = []
    var next = 0
    for (index, item) in after.enumerated() {
      if let found = before[next...].firstIndex(of: item) {
        result.append(stored[found])
        next = found + 1
      } else if before.count == after.count {
        result.append(stored[index].rewritten(from: before[index], to: item))
        next = max(next, index + 1)
      } else {
        result.append(item)
      }
    }
    return result
  }
}
