// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DesiredState
import Netlink
import Telemetry

/// The dataplane's part of `felix_*` (compatibility §4.15).
struct DataplaneMetrics {
  let applyTime: Summary
  let failures: Counter
  let batchSize: Summary
  let interfaceBatchSize: Summary
  let repairs: Counter
  let routes: Gauge
  private let messages: [String: Counter]
  private let chains: Gauge
  private let rules: Gauge
  private let sets: Gauge
  private let maps: Gauge
  private let calls: Gauge
  private let refusals: Gauge

  init(_ registry: MetricsRegistry) {
    applyTime = registry.summary(
      "felix_int_dataplane_apply_time_seconds",
      help: "Time in seconds that it took to apply a dataplane update.")
    failures = registry.counter(
      "felix_int_dataplane_failures",
      help: "Number of times dataplane updates failed and will be retried.")
    batchSize = registry.summary(
      "felix_int_dataplane_msg_batch_size",
      help: "Number of messages processed in each batch.")
    interfaceBatchSize = registry.summary(
      "felix_int_dataplane_iface_msg_batch_size",
      help: "Number of interface state messages processed in each batch.")
    repairs = registry.counter(
      "felix_nft_repairs", help: "Objects of our table that somebody else had changed.")
    routes = registry.gauge(
      "felix_route_table_num_routes", help: "Number of routes that are to be in the table.",
      labels: ["table": "main"])
    let types = [
      "set", "setMembers", "policy", "profile", "endpoint", "endpointRemoved", "profileRemoved",
      "policyRemoved", "setRemoved", "pool", "inSync",
    ]
    messages = Dictionary(
      uniqueKeysWithValues: types.map { type in
        (
          type,
          registry.counter(
            "felix_int_dataplane_messages", help: "Number dataplane messages by type.",
            labels: ["type": type])
        )
      })
    chains = registry.gauge("felix_nft_chains", help: "Number of active nftables chains.")
    rules = registry.gauge("felix_nft_rules", help: "Number of active nftables rules.")
    sets = registry.gauge("felix_nft_sets", help: "Number of active nftables sets.")
    maps = registry.gauge("felix_nft_maps", help: "Number of active nftables maps.")
    calls = registry.gauge(
      "felix_nft_transactions", help: "Number of transactions that the kernel has taken.")
    refusals = registry.gauge(
      "felix_nft_refused_transactions",
      help: "Number of transactions that the kernel has refused; others took their place.")
  }

  func count(_ change: DesiredChange) {
    let type =
      switch change {
      case .set: "set"
      case .setMembers: "setMembers"
      case .policy: "policy"
      case .profile: "profile"
      case .endpoint: "endpoint"
      case .endpointRemoved: "endpointRemoved"
      case .profileRemoved: "profileRemoved"
      case .policyRemoved: "policyRemoved"
      case .setRemoved: "setRemoved"
      case .pool: "pool"
      case .inSync: "inSync"
      }
    messages[type]?.increment()
  }

  func update(_ model: TableModel, transactions: Int, refusals: Int) {
    let mapCount = model.sets.values.count { $0.definition.data != nil }
    chains.set(model.chains.count)
    rules.set(model.chains.values.reduce(0) { $0 + $1.rules.count })
    maps.set(mapCount)
    sets.set(model.sets.count - mapCount)
    calls.set(transactions)
    self.refusals.set(refusals)
  }
}
