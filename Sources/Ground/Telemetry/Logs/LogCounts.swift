// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What of a log went wrong, in all places together.
struct LogCounts: Sendable {
  /// Lines that a place should have and has not.
  let dropped = Counter()
  /// Attempts to write that failed.
  let errors = Counter()

  func families(prefix: String) -> [MetricFamily] {
    [
      MetricFamily(
        name: prefix + "_logs_dropped", help: "Lines that are missing in a log.", kind: .counter,
        samples: dropped.samples(labels: [:])),
      MetricFamily(
        name: prefix + "_log_errors", help: "Attempts to write to a log that failed.",
        kind: .counter, samples: errors.samples(labels: [:])),
    ]
  }
}
