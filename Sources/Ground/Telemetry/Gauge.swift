// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number that goes up and down.
public final class Gauge: Metric {
  static let kind = MetricFamily.Kind.gauge
  private let current = Mutex(0.0)

  public func set(_ value: Double) { current.withLock { $0 = value } }

  public func set(_ value: Int) { set(Double(value)) }

  public func add(_ amount: Double) { current.withLock { $0 += amount } }

  public var value: Double { current.withLock { $0 } }

  func samples(labels: [String: String]) -> [MetricFamily.Sample] {
    [MetricFamily.Sample(value, labels: labels)]
  }
}
