// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number that only grows while the process lives.
public final class Counter: Metric {
  static let kind = MetricFamily.Kind.counter
  private let total = Mutex(0.0)

  /// Adds an amount. What is negative or no number is left out, for a counter never falls.
  public func increment(by amount: Double = 1) {
    guard amount >= 0 else { return }
    total.withLock { $0 += amount }
  }

  public var value: Double { total.withLock { $0 } }

  func samples(labels: [String: String]) -> [MetricFamily.Sample] {
    [MetricFamily.Sample(value, labels: labels)]
  }
}
