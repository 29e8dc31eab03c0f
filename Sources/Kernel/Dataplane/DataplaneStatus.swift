// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import PolicyModel

/// How far the kernel is what it should be.
public struct DataplaneStatus: Sendable, Hashable {
  /// That of the answer: of two, the one with the higher number is newer.
  public var number: Int
  /// The newest generation whose policy is in the kernel, and that of all before it; never falls.
  public var applied: Int
  /// The first whole state has arrived.
  public var inSync: Bool
  /// Why the last attempt to program policy failed.
  public var failure: String?
  /// Endpoints that are not in force, or not wholly, and why.
  public var pending: [EndpointID: String]
  /// Those of them for which there is nothing to wait for: what they claim is not a workload's, or
  /// belongs to another endpoint.
  public var refused: [EndpointID: String]
  /// Endpoints of which the kernel lacks something that it may take when it is tried again.
  public var retryable: Set<EndpointID>
  /// What of the kernel is as a whole not as it should be besides policy, and why; it may help to try
  /// again. No endpoint waits for it.
  public var unfinished: [String: String]
  /// Why the host's own interfaces, addresses and routes could not be read again; what was read
  /// last counts until then.
  public var hostProblem: String?
  /// What workloads' interfaces begin with.
  public var interfacePrefixes: [String]
  /// What of the configuration is not in force, in words.
  public var problems: [String]

  /// Nothing is known yet, unless told otherwise.
  public init(
    number: Int = 0, applied: Int = 0, inSync: Bool = false, failure: String? = nil,
    pending: [EndpointID: String] = [:],
    refused: [EndpointID: String] = [:], retryable: Set<EndpointID> = [],
    unfinished: [String: String] = [:],
    hostProblem: String? = nil,
    interfacePrefixes: [String] = [], problems: [String] = []
  ) {
    self.number = number
    self.applied = applied
    self.inSync = inSync
    self.failure = failure
    self.pending = pending
    self.refused = refused
    self.retryable = retryable
    self.unfinished = unfinished
    self.hostProblem = hostProblem
    self.interfacePrefixes = interfacePrefixes
    self.problems = problems
  }

  /// Why an endpoint is not programmed, or `nil` when it is (if it is known at all).
  public func reason(_ endpoint: EndpointID) -> String? {
    inSync ? failure ?? pending[endpoint] : "the datastore has not been read yet"
  }
}
