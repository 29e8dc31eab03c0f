// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One end of a packet named by sets: no selectors, no names to look up.
public struct SetNames: RuleNames {
  /// The address is in every one of these sets.
  public var sets: [IPSetID] = []
  /// The address is in none of these sets.
  public var notSets: [IPSetID] = []
  /// (address, protocol, port) is in one of these.
  public var namedPortSets: [IPSetID] = []
  /// (address, protocol, port) is in none of these.
  public var notNamedPortSets: [IPSetID] = []

  public init() {}

  /// The sets of nets, positive and negated, with repetition.
  public var netSetIDs: [IPSetID] { sets + notSets }

  /// The sets of named ports, positive and negated, with repetition.
  public var portSetIDs: [IPSetID] { namedPortSets + notNamedPortSets }
}
