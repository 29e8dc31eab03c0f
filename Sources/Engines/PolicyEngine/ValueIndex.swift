// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Members found by a label's name and value.
struct ValueIndex<Member: Hashable & Sendable>: Sendable {
  private var members: [String: [String: Set<Member>]] = [:]

  mutating func insert(_ member: Member, _ labels: [String: String]) {
    for (name, value) in labels { insert(member, name: name, value: value) }
  }

  mutating func remove(_ member: Member, _ labels: [String: String]) {
    for (name, value) in labels { remove(member, name: name, value: value) }
  }

  mutating func insert(_ member: Member, name: String, value: String) {
    members[name, default: [:]][value, default: []].insert(member)
  }

  mutating func remove(_ member: Member, name: String, value: String) {
    members[name]?[value]?.remove(member)
    guard members[name]?[value]?.isEmpty == true else { return }
    members[name]?[value] = nil
    if members[name]?.isEmpty == true { members[name] = nil }
  }

  /// The members whose label has this value.
  func having(_ name: String, _ value: String) -> Set<Member> {
    members[name]?[value] ?? []
  }

  /// Groups of members that have the label, one group a value.
  func having(_ name: String) -> some Collection<Set<Member>> {
    (members[name] ?? [:]).values
  }
}
