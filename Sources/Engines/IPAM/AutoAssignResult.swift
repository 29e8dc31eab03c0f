// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// What an automatic assignment gave, by family.
public struct AutoAssignResult: Sendable, Hashable {
  public var v4: Assigned
  public var v6: Assigned

  /// What was given of one family.
  public struct Assigned: Sendable, Hashable {
    public var family: IPFamily
    public var requested: Int
    public var assignments: [Assignment] = []
    /// Why there are fewer than requested.
    public var messages: [String] = []
    /// The limit that kept the host from claiming one more block, if that is the reason.
    public var blockLimit: Int?

    init(family: IPFamily, requested: Int) {
      self.family = family
      self.requested = requested
    }

    /// Whether there is nothing left to assign.
    var isComplete: Bool { assignments.count >= requested }

    /// Nil if all addresses were assigned. What was assigned of a part stays assigned: give it
    /// back by handle.
    public var failure: IPAMError? {
      if isComplete { return nil }
      if let blockLimit { return .blockLimit(blockLimit) }
      return .partial(
        assigned: assignments.count, requested: requested, family: family, messages: messages)
    }
  }

  /// The first failure of both families.
  public var failure: IPAMError? { v4.failure ?? v6.failure }
}
