// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import PolicyModel

/// One change of what the dataplane must make true on this node.
///
/// A batch of changes comes in the order: sets, set members, policies, profiles, endpoints, removed
/// endpoints, removed profiles, removed policies, removed sets, pools. A consumer may apply it
/// from front to back: nothing refers to what has not been announced, and what is removed is no
/// longer referred to.
public enum DesiredChange: Sendable, Hashable {
  /// A set is new, or has these contents from now on.
  case set(IPSetID, DesiredSet)
  case setMembers(IPSetID, added: [IPSetMember], removed: [IPSetMember])
  case policy(PolicyID, DesiredPolicy)
  case profile(String, DesiredProfile)
  case endpoint(EndpointID, DesiredEndpoint)
  case endpointRemoved(EndpointID)
  case profileRemoved(String)
  case policyRemoved(PolicyID)
  case setRemoved(IPSetID)
  /// `nil`: the pool is gone.
  case pool(CIDR, DesiredPool?)
  /// The first whole state has been delivered: what the kernel holds beyond it may go.
  case inSync
}

/// Changes that are taken up together, and the number by which the dataplane says how far it is.
public struct DesiredBatch: Sendable, Hashable {
  /// Higher than that of every batch before it.
  public var generation: Int
  public var changes: [DesiredChange]

  public init(generation: Int, changes: [DesiredChange]) {
    self.generation = generation
    self.changes = changes
  }
}
