// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// An endpoint's identity across kinds: what the engine announces, the dataplane programs and the
/// agent answers for.
public enum EndpointID: Hashable, Comparable, Sendable {
  case workload(WorkloadEndpointID)
  /// A host endpoint, by its name.
  case host(String)

  /// The kind of the resource.
  public var kind: String {
    switch self {
    case .workload: "WorkloadEndpoint"
    case .host: "HostEndpoint"
    }
  }
}

extension EndpointID: CustomStringConvertible {
  /// `namespace/name` for a workload's. A host endpoint has no namespace, and its name no slash.
  public var description: String {
    switch self {
    case .workload(let id): id.description
    case .host(let name): name
    }
  }
}
