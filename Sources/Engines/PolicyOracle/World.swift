// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import Resources

/// Everything that decides about workloads' traffic, as it is stored.
public struct World: Sendable, Hashable {
  public var endpoints: [WorkloadEndpoint] = []
  /// Their addresses and ports can be selected by rules; their own traffic is not judged.
  public var hostEndpoints: [HostEndpoint] = []
  public var networkSets: [NetworkSet] = []
  public var globalNetworkSets: [GlobalNetworkSet] = []
  public var policies: [NetworkPolicy] = []
  public var globalPolicies: [GlobalNetworkPolicy] = []
  /// The built-in tiers (compatibility §1.2) need not be among them.
  public var tiers: [Tier] = []
  public var profiles: [Profile] = []
  /// The addresses of each node by its name: a workload's own node is reached, and reaches it, by
  /// other ways than the rest of the world (compatibility §4.6, cali-wl-to-host and cali-OUTPUT).
  public var hostAddresses: [String: [IPAddress]] = [:]
  /// What happens to traffic from a workload to its own node that egress policy allows
  /// (DefaultEndpointToHostAction; Return counts as allowed).
  public var endpointToHost = Verdict.deny
  /// The UDP port of VXLAN, which workloads may not send to; nil where they may
  /// (AllowVXLANPacketsFromWorkloads).
  public var refusedVXLANPort: UInt16? = 4789
  /// Whether workloads may not send IP in IP (AllowIPIPPacketsFromWorkloads).
  public var refusesIPIP = true

  public init() {}

  /// All resources in the order in which a store would need them.
  public var resources: [any Resource] {
    var all: [any Resource] = tiers
    all += profiles as [any Resource]
    all += hostEndpoints as [any Resource]
    all += globalNetworkSets as [any Resource]
    all += networkSets as [any Resource]
    all += endpoints as [any Resource]
    all += globalPolicies as [any Resource]
    all += policies as [any Resource]
    return all
  }
}
