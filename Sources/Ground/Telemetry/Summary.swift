// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How a measured quantity is distributed: the quantiles of the last observations, and the sum and
/// the number of all.
public final class Summary: Metric {
  static let kind = MetricFamily.Kind.summary
  /// How many observations the quantiles are taken from.
  public static let reservoirSize = 1024
  static let quantiles = [0.5, 0.9, 0.99]

  private struct State {
    var latest: [Double] = []
    /// Where the next observation goes once the reservoir is full: over the oldest.
    var next = 0
    var sum = 0.0
    var count = 0
  }

  private let state = Mutex(State())

  /// Notes one observation. What is no number is left out.
  public func observe(_ value: Double) {
    guard !value.isNaN else { return }
    state.withLock { state in
      state.sum += value
      state.count += 1
      if state.latest.count < Self.reservoirSize {
        state.latest.append(value)
      } else {
        state.latest[state.next] = value
        state.next = (state.next + 1) % Self.reservoirSize
      }
    }
  }

  /// Notes a duration in seconds.
  public func observe(_ duration: Duration) { observe(duration / .seconds(1)) }

  func samples(labels: [String: String]) -> [MetricFamily.Sample] {
    let state = state.withLock { $0 }
    let sorted = state.latest.sorted()
    var samples = Self.quantiles.map { quantile in
      var labels = labels
      labels["quantile"] = NumberText.text(quantile)
      return MetricFamily.Sample(Self.nearestRank(quantile, in: sorted), labels: labels)
    }
    samples.append(MetricFamily.Sample(state.sum, labels: labels, suffix: "_sum"))
    samples.append(MetricFamily.Sample(Double(state.count), labels: labels, suffix: "_count"))
    return samples
  }

  /// The smallest observation that at least this share of all does not exceed; NaN without any.
  private static func nearestRank(_ quantile: Double, in sorted: [Double]) -> Double {
    guard let last = sorted.last else { return .nan }
    let rank = Int((quantile * Double(sorted.count)).rounded(.up))
    return rank < 1 || rank > sorted.count ? last : sorted[rank - 1]
  }
}
