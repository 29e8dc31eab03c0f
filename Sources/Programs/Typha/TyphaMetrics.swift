// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Typha's own metrics (compatibility §4.15). There is one stream with everything, where Calico has
/// several sorts of syncers.
struct TyphaMetrics: Sendable {
  private static let syncer = ["syncer": "all"]

  let updatesTotal: Counter
  let updatesSkipped: Counter
  let cacheSize: Gauge
  let sequence: Gauge
  let differenceSize: Summary
  let messageSize: Summary

  let connectionsAccepted: Counter
  let connectionsActive: Gauge
  let connectionsStreaming: Gauge
  let connectionsDropped: Counter
  let graceUsed: Counter
  let clientLatency: Summary
  let snapshotSend: Summary
  let pingLatency: Summary

  let snapshotBytes: Gauge
  let snapshotRawBytes: Gauge
  let snapshotsGenerated: Counter
  let snapshotsReused: Counter

  let sourceAge: Gauge

  init(_ registry: MetricsRegistry) {
    let syncer = Self.syncer
    updatesTotal = registry.counter(
      "typha_updates_total", help: "Updates that the datastore led to.", labels: syncer)
    updatesSkipped = registry.counter(
      "typha_updates_skipped", help: "Updates that changed nothing and were left out.",
      labels: syncer)
    cacheSize = registry.gauge(
      "typha_cache_size", help: "Updates that it takes to tell everything.", labels: syncer)
    sequence = registry.gauge(
      "typha_breadcrumb_seq_number", help: "Differences sent out since the start.", labels: syncer)
    differenceSize = registry.summary(
      "typha_breadcrumb_size", help: "Updates in one difference.")
    messageSize = registry.summary(
      "typha_kvs_per_msg", help: "Updates in one difference, as each agent gets it.")
    connectionsAccepted = registry.counter(
      "typha_connections_accepted", help: "Connections accepted since the start.")
    connectionsActive = registry.gauge(
      "typha_connections_active", help: "Connections that are open.")
    connectionsStreaming = registry.gauge(
      "typha_connections_streaming",
      help: "Connections that have their snapshot and follow the differences.", labels: syncer)
    connectionsDropped = registry.counter(
      "typha_connections_dropped", help: "Connections that have ended, by whichever side.")
    graceUsed = registry.counter(
      "typha_connections_grace_used",
      help: "Connections that were further behind than allowed after their snapshot.",
      labels: syncer)
    clientLatency = registry.summary(
      "typha_client_latency_secs",
      help: "Seconds to write a difference to all agents of a thread that take it at once.")
    snapshotSend = registry.summary(
      "typha_client_snapshot_send_secs", help: "Seconds that an agent took for its snapshot.")
    pingLatency = registry.summary(
      "typha_ping_latency", help: "Seconds until an agent answered a ping.")
    snapshotBytes = registry.gauge(
      "typha_snapshot_compressed_bytes", help: "Bytes of the last snapshot.", labels: syncer)
    snapshotRawBytes = registry.gauge(
      "typha_snapshot_raw_bytes", help: "Bytes of the last snapshot without compression.",
      labels: syncer)
    snapshotsGenerated = registry.counter(
      "typha_snapshots_generated", help: "Snapshots made for agents that join.", labels: syncer)
    snapshotsReused = registry.counter(
      "typha_snapshots_reused", help: "Times that a snapshot made before would do.", labels: syncer)
    sourceAge = registry.gauge(
      "calico_typha_source_age_seconds",
      help: "Seconds since the datastore was last heard of; -1 if it never was.")
    sourceAge.set(-1)
  }
}
