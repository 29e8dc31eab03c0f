// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyEngine
import Resources
import SyncModel
import Telemetry

/// The calculation's part of `felix_*` (compatibility §4.15).
struct CoreMetrics: Sendable {
  let updateTime: Summary
  let outputEvents: Counter
  private let registry: MetricsRegistry
  private let gauges: [String: Gauge]
  private let resyncState: Gauge
  private let resyncsStarted: Counter
  private let malformed: Gauge
  private let refused: Gauge

  init(_ registry: MetricsRegistry) {
    self.registry = registry
    updateTime = registry.summary(
      "felix_calc_graph_update_time_seconds",
      help: "Seconds to update calculation graph for each datastore OnUpdate call.")
    outputEvents = registry.counter(
      "felix_calc_graph_output_events",
      help: "Number of events emitted by the calculation graph.")
    resyncState = registry.gauge(
      "felix_resync_state",
      help: "Current datastore state: 1 waiting for it, 2 reading it, 3 in sync.")
    resyncsStarted = registry.counter(
      "felix_resyncs_started", help: "Number of times a resync with the datastore was started.")
    malformed = registry.gauge(
      "calico_invalid_objects", help: "Stored objects that cannot be used as they are.")
    refused = registry.gauge(
      "calico_refused_endpoints",
      help: "Endpoints that claim an interface or address which is not a workload's, or another's.")
    let names = [
      ("felix_active_local_endpoints", "Number of active endpoints on this host."),
      ("felix_active_local_policies", "Number of active policies on this host."),
      ("felix_active_local_selectors", "Number of active selectors on this host."),
      ("felix_cluster_num_workload_endpoints", "Number of workload endpoints cluster-wide."),
      ("felix_cluster_num_host_endpoints", "Number of host endpoints cluster-wide."),
      ("felix_cluster_num_hosts", "Number of hosts in the cluster."),
      ("felix_cluster_num_policies", "Number of policies in the cluster."),
      ("felix_cluster_num_profiles", "Number of profiles in the cluster."),
      ("felix_cluster_num_tiers", "Number of tiers in the cluster."),
    ]
    gauges = Dictionary(
      uniqueKeysWithValues: names.map { name, help in (name, registry.gauge(name, help: help)) })
  }

  /// Counts an update of an object.
  func count(_ update: SyncUpdate) {
    let type: String? =
      switch update {
      case .workloadEndpoint: "workloadEndpoint"
      case .hostEndpoint: "hostEndpoint"
      case .policy: "policy"
      case .tier: "tier"
      case .profile: "profile"
      case .networkSet: "networkSet"
      case .pool: "pool"
      case .node: "node"
      case .block: "block"
      case .bgpPeer: "bgpPeer"
      case .bgpConfiguration: "bgpConfiguration"
      case .felixConfiguration: "felixConfiguration"
      case .unknown: "unknown"
      case .inSync: nil
      }
    guard let type else { return }
    registry.counter(
      "felix_calc_graph_updates_processed",
      help: "Number of datastore updates processed by the calculation graph.",
      labels: ["type": type]
    ).increment()
  }

  func set(_ status: SyncStatus) {
    let number =
      switch status {
      case .waitForDatastore: 1
      case .resyncInProgress: 2
      case .inSync: 3
      }
    if number == 2, resyncState.value != 2 { resyncsStarted.increment() }
    resyncState.set(number)
  }

  func update(_ counts: EngineCounts) {
    let values = [
      "felix_active_local_endpoints": counts.activeLocalEndpoints,
      "felix_active_local_policies": counts.activeLocalPolicies,
      "felix_active_local_selectors": counts.activeLocalSelectors,
      "felix_cluster_num_workload_endpoints": counts.workloadEndpoints,
      "felix_cluster_num_host_endpoints": counts.hostEndpoints,
      "felix_cluster_num_hosts": counts.hosts,
      "felix_cluster_num_policies": counts.policies,
      "felix_cluster_num_profiles": counts.profiles,
      "felix_cluster_num_tiers": counts.tiers,
    ]
    for (name, value) in values { gauges[name]?.set(value) }
  }

  func set(refused count: Int) { refused.set(count) }

  func set(problems count: Int) { malformed.set(count) }

  /// What of an object is not enforced for the first time, and what is again.
  func set(_ key: ResourceKey, idle: Set<String>, enforced: Set<String>) {
    let name = "calico_stored_not_enforced"
    func labels(_ field: String) -> [String: String] {
      ["object": key.description, "field": field]
    }
    for field in enforced { registry.remove(name, labels: labels(field)) }
    for field in idle {
      registry.gauge(
        name, help: "What is stored and not enforced, by object and field.", labels: labels(field)
      ).set(1)
    }
  }
}
