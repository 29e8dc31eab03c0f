// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// What the conversion of one object has to say about it.
struct Findings: Sendable, Hashable {
  let key: ResourceKey
  private(set) var problems: [ConversionProblem] = []
  private(set) var unenforced: [Unenforced] = []

  init(_ key: ResourceKey) { self.key = key }

  var isEmpty: Bool { problems.isEmpty && unenforced.isEmpty }

  mutating func wrong(_ field: String, _ reason: String) {
    problems.append(ConversionProblem(key: key, field: field, reason: reason))
  }

  mutating func idle(_ field: String, _ reason: String) {
    unenforced.append(Unenforced(key: key, field: field, reason: reason))
  }

  /// Fields of a newer version, or ones that could not be read.
  mutating func idle(unknown members: [UnknownMember], in path: String) {
    for member in members {
      idle("\(path).\(member.key)", "the field is not known to this version")
    }
  }
}
