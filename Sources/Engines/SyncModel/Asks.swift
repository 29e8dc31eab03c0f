// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Features
public import Resources

/// What one stored object asks for that somebody has to put into force. Whether anybody does is not
/// known here.
public struct Asks: Sendable, Hashable {
  /// How many are kept of each sort.
  public static let limit = 100

  /// One field that asks for something.
  public struct Ask: Sendable, Hashable {
    /// The path from the top of the object: `spec.ingress[0].http`.
    public var field: String
    /// What it asks for; nil: what only a newer version knows.
    public var feature: Feature?

    public init(field: String, feature: Feature?) {
      self.field = field
      self.feature = feature
    }

    /// What is missing where nobody does it, and what happens instead.
    public var absence: String { feature?.absence ?? "the field is not known to this version" }
  }

  public let key: ResourceKey
  /// In the order in which they were found.
  public private(set) var asks: [Ask] = []
  /// How many there are of each sort beyond those that are kept.
  public private(set) var more: [Feature?: Int] = [:]
  private var kept: [Feature?: Int] = [:]

  public init(_ key: ResourceKey) { self.key = key }

  /// What was said elsewhere: as many of each sort as are kept, and how many there are beyond them.
  public init(_ key: ResourceKey, asks: [Ask], more: [Feature?: Int]) {
    self.key = key
    for ask in asks { add(ask.field, ask.feature) }
    self.more.merge(more) { $0.addingReportingOverflow($1).partialValue }
  }

  public var isEmpty: Bool { asks.isEmpty && more.isEmpty }

  /// Adds that a field asks for something.
  public mutating func add(_ field: String, _ feature: Feature?) {
    guard kept[feature, default: 0] < Self.limit else { return more[feature, default: 0] += 1 }
    kept[feature, default: 0] += 1
    asks.append(Ask(field: field, feature: feature))
  }

  /// Takes back what was said of fields that no version knows, as they are only badly written.
  mutating func removeUnknown(where isWrong: (String) -> Bool) {
    asks.removeAll { $0.feature == nil && isWrong($0.field) }
    let left = asks.count { $0.feature == nil }
    kept[Feature?.none] = left > 0 ? left : nil
  }
}
