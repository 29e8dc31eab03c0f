// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// All series of one metric at one moment.
public struct MetricFamily: Sendable, Equatable {
  /// What a metric's values mean, by Prometheus' names.
  public enum Kind: String, Sendable {
    case counter, gauge, summary
  }

  /// One value of a series.
  public struct Sample: Sendable, Equatable {
    /// What follows the metric's name: "_sum" and "_count" of a summary, else nothing.
    public var suffix: String
    public var labels: [String: String]
    public var value: Double

    public init(_ value: Double, labels: [String: String] = [:], suffix: String = "") {
      self.suffix = suffix
      self.labels = labels
      self.value = value
    }
  }

  public var name: String
  public var help: String
  public var kind: Kind
  public var samples: [Sample]

  public init(name: String, help: String, kind: Kind, samples: [Sample]) {
    self.name = name
    self.help = help
    self.kind = kind
    self.samples = samples
  }
}
