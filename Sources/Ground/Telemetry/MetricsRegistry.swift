// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The metrics of a process by name, and their text for Prometheus.
///
/// A metric is made where it is first asked for; asking again with the same name and labels gives
/// the same one. Names, label names and a change of kind are matters of the program, not of its
/// input: a wrong one ends the program.
public final class MetricsRegistry: Sendable {
  private struct Family {
    var help: String
    var kind: MetricFamily.Kind
    var series: [[String: String]: any Metric] = [:]
  }

  private struct State {
    var families: [String: Family] = [:]
    var collectors: [@Sendable () -> [MetricFamily]] = []
  }

  private let state = Mutex(State())

  public init() {}

  public func counter(_ name: String, help: String, labels: [String: String] = [:]) -> Counter {
    metric(name, help: help, labels: labels) { Counter() }
  }

  public func gauge(_ name: String, help: String, labels: [String: String] = [:]) -> Gauge {
    metric(name, help: help, labels: labels) { Gauge() }
  }

  public func summary(_ name: String, help: String, labels: [String: String] = [:]) -> Summary {
    metric(name, help: help, labels: labels) { Summary() }
  }

  /// Forgets one series, such as that of a policy that is gone.
  public func remove(_ name: String, labels: [String: String]) {
    state.withLock { _ = $0.families[name]?.series.removeValue(forKey: labels) }
  }

  /// Has metrics computed whenever the text is asked for. A family that the registry, or an earlier
  /// collector, has under the same name is kept and the later one left out.
  public func addCollector(_ collector: @escaping @Sendable () -> [MetricFamily]) {
    state.withLock { $0.collectors.append(collector) }
  }

  /// Adds the `process_` metrics that every client library of Prometheus has.
  public func addProcessMetrics() { addCollector { ProcessMetrics.read().families } }

  /// All metrics at this moment, by name.
  public func families() -> [MetricFamily] {
    let (own, collectors) = state.withLock { ($0.families, $0.collectors) }
    var byName: [String: MetricFamily] = [:]
    for (name, family) in own where !family.series.isEmpty {
      let series = family.series.sorted { Self.isBefore($0.key, $1.key) }
      byName[name] = MetricFamily(
        name: name, help: family.help, kind: family.kind,
        samples: series.flatMap { $0.value.samples(labels: $0.key) })
    }
    for collector in collectors {
      for family in collector() where byName[family.name] == nil {
        byName[family.name] = family
      }
    }
    return byName.values.sorted { $0.name < $1.name }
  }

  /// All metrics in Prometheus' text format, to be served as `PrometheusText.contentType`.
  public func text() -> String { PrometheusText.render(families()) }

  private func metric<M: Metric>(
    _ name: String, help: String, labels: [String: String], make: () -> M
  ) -> M {
    precondition(PrometheusText.isMetricName(name), "no name for a metric: \(name)")
    precondition(
      labels.keys.allSatisfy { PrometheusText.isLabelName($0) && $0 != "quantile" },
      "no names for labels of \(name): \(labels.keys)")
    return state.withLock { state in
      var family = state.families[name] ?? Family(help: help, kind: M.kind)
      precondition(family.kind == M.kind, "\(name) is a \(family.kind) already")
      if let known = family.series[labels] as? M { return known }
      let new = make()
      family.series[labels] = new
      state.families[name] = family
      return new
    }
  }

  private static func isBefore(_ left: [String: String], _ right: [String: String]) -> Bool {
    let left = left.sorted { $0.key < $1.key }
    let right = right.sorted { $0.key < $1.key }
    return left.lexicographicallyPrecedes(right) { ($0.key, $0.value) < ($1.key, $1.value) }
  }
}
