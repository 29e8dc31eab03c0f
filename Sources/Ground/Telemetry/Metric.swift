// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One series of the registry.
protocol Metric: AnyObject, Sendable {
  static var kind: MetricFamily.Kind { get }
  func samples(labels: [String: String]) -> [MetricFamily.Sample]
}
