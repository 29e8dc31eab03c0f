// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DesiredState
import PolicyModel

/// An order as the API has it: a number, or none, which is after all numbers.
struct Rank: Comparable, Sendable {
  private var isAbsent: Bool
  private var value: Double

  init(_ order: Double?) {
    isAbsent = order?.isNaN ?? true
    value = isAbsent ? 0 : order ?? 0
  }

  static func < (a: Rank, b: Rank) -> Bool {
    if a.isAbsent != b.isAbsent { return b.isAbsent }
    return a.value < b.value
  }
}

/// A tier's place: by order, then by name.
struct TierRank: Comparable, Sendable {
  var order: Rank
  var name: String

  static func < (a: TierRank, b: TierRank) -> Bool {
    (a.order, a.name) < (b.order, b.name)
  }
}

/// A policy's place in its tier: by order, then by name. So that equal names of different kinds
/// and namespaces have a place too, then by namespace (none first), then by kind.
struct PolicyRank: Comparable, Sendable {
  var order: Rank
  var id: PolicyID

  static func < (a: PolicyRank, b: PolicyRank) -> Bool {
    (a.order, a.id.name, a.id.namespace ?? "", a.id.kind)
      < (b.order, b.id.name, b.id.namespace ?? "", b.id.kind)
  }
}
