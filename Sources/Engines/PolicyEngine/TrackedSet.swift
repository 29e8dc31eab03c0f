// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DesiredState
import PolicyModel

/// One set in use: its members with the number of contributors of each, and how they differ from
/// what has been told.
struct TrackedSet: Sendable {
  let id: IPSetID
  let definition: SetDefinition
  /// How many policies and profiles refer to it.
  var uses = 0
  private var counts: [IPSetMember: Int] = [:]
  /// For a set that has been announced: members whose presence differs from what was told.
  private var unsaid: Set<IPSetMember> = []
  private(set) var isAnnounced = false

  init(id: IPSetID, definition: SetDefinition) {
    self.id = id
    self.definition = definition
  }

  var hasNews: Bool { !isAnnounced || !unsaid.isEmpty }

  mutating func add(_ contributor: Contributor) {
    for member in contributor.members(of: definition) {
      let count = counts[member, default: 0]
      counts[member] = count + 1
      if count == 0 { toggle(member) }
    }
  }

  mutating func remove(_ contributor: Contributor) {
    for member in contributor.members(of: definition) {
      guard let count = counts[member] else { continue }
      counts[member] = count > 1 ? count - 1 : nil
      if count == 1 { toggle(member) }
    }
  }

  /// A member came or went: twice is not at all.
  private mutating func toggle(_ member: IPSetMember) {
    guard isAnnounced else { return }
    if unsaid.remove(member) == nil { unsaid.insert(member) }
  }

  /// What is to be told now, if anything.
  mutating func takeNews() -> DesiredChange? {
    guard isAnnounced else {
      isAnnounced = true
      let members = Set(counts.keys)
      return .set(
        id, DesiredSet(type: definition.type, comment: definition.comment, members: members))
    }
    if unsaid.isEmpty { return nil }
    var added: [IPSetMember] = []
    var removed: [IPSetMember] = []
    for member in unsaid {
      if counts[member] == nil { removed.append(member) } else { added.append(member) }
    }
    unsaid.removeAll()
    return .setMembers(id, added: added, removed: removed)
  }
}
