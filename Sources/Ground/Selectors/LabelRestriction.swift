// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What every set of labels that a selector matches says of one label.
///
/// Sound, not complete: labels that satisfy all restrictions need not match.
public struct LabelRestriction: Hashable, Sendable {
  public var mustBePresent: Bool
  public var mustBeAbsent: Bool
  /// In byte order, each once; nil if any value will do.
  public var mustHaveOneOfValues: [String]?

  public init(
    mustBePresent: Bool = false, mustBeAbsent: Bool = false, mustHaveOneOfValues: [String]? = nil
  ) {
    self.mustBePresent = mustBePresent
    self.mustBeAbsent = mustBeAbsent
    self.mustHaveOneOfValues = mustHaveOneOfValues.map(ByteStrings.sortedSet)
  }

  /// Whether nothing can satisfy it, so that the selector matches nothing.
  public var isImpossible: Bool {
    mustBePresent && mustBeAbsent || mustHaveOneOfValues?.isEmpty == true
  }

  /// Whether a label of this value, or a missing one, satisfies it.
  public func allows(_ value: String?) -> Bool {
    guard let value else { return !mustBePresent && mustHaveOneOfValues == nil }
    if mustBeAbsent { return false }
    return mustHaveOneOfValues.map { ByteStrings.contains($0, value) } ?? true
  }

  /// Both hold.
  mutating func narrow(with other: LabelRestriction) {
    mustBePresent = mustBePresent || other.mustBePresent
    mustBeAbsent = mustBeAbsent || other.mustBeAbsent
    guard let theirs = other.mustHaveOneOfValues else { return }
    guard let ours = mustHaveOneOfValues else {
      mustHaveOneOfValues = theirs
      return
    }
    // Looking up the shorter list keeps long conjunctions from costing their square.
    let (short, long) = ours.count < theirs.count ? (ours, theirs) : (theirs, ours)
    mustHaveOneOfValues = short.filter { ByteStrings.contains(long, $0) }
  }

  /// One of them holds; nil if that says nothing.
  static func widest(of restrictions: [LabelRestriction]) -> LabelRestriction? {
    let values = restrictions.compactMap(\.mustHaveOneOfValues)
    let result = LabelRestriction(
      mustBePresent: restrictions.allSatisfy(\.mustBePresent),
      mustBeAbsent: restrictions.allSatisfy(\.mustBeAbsent),
      mustHaveOneOfValues: values.count == restrictions.count ? values.flatMap(\.self) : nil)
    return result == LabelRestriction() ? nil : result
  }
}
