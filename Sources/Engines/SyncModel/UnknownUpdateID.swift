// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import PolicyModel

/// The identity of an update of a kind that only a newer version knows.
public struct UnknownUpdateID: Hashable, Sendable {
  /// The number of its kind, as newer versions count them.
  public var kind: Int
  public var name: String

  public init(kind: Int, name: String) {
    self.kind = kind
    self.name = name
  }
}

/// What an update concerns that is not known to this version.
public enum SyncConcern: Hashable, Sendable {
  /// Nothing that allows anything.
  case nothing
  /// A tier, whose policies then only deny.
  case tier(String)
  /// An endpoint, to and from which then nothing is allowed.
  case workloadEndpoint(WorkloadEndpointID)
  case hostEndpoint(String)
}
