// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How much the engine holds; the gauges of compatibility §4.15 `felix_active_local_*` and
/// `felix_cluster_num_*`.
public struct EngineCounts: Sendable, Hashable {
  /// Wired workload endpoints of this node.
  public var activeLocalEndpoints = 0
  /// Policies that apply to one of them.
  public var activeLocalPolicies = 0
  /// Sets that active rules refer to.
  public var activeLocalSelectors = 0
  public var workloadEndpoints = 0
  public var hostEndpoints = 0
  /// Nodes that are stored or that an endpoint names.
  public var hosts = 0
  public var policies = 0
  public var profiles = 0
  public var tiers = 0

  public init() {}
}
