// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension Node {
  typealias Restrictions = [String: LabelRestriction]

  /// What the labels must say for the node to be true or, if `negated`, to be false.
  func restrictions(negated: Bool = false) -> Restrictions {
    switch self {
    case .all, .global: return [:]
    case .has(let label):
      return [label: LabelRestriction(mustBePresent: !negated, mustBeAbsent: negated)]
    case .compare(let label, .equal, let value):
      return negated ? [:] : Self.oneOf(label, [value])
    case .compare(let label, .notEqual, let value):
      return negated ? Self.oneOf(label, [value]) : [:]
    case .compare(let label, .contains, _), .compare(let label, .startsWith, _),
      .compare(let label, .endsWith, _):
      return negated ? [:] : [label: LabelRestriction(mustBePresent: true)]
    case .isIn(let label, let values):
      return negated ? [:] : Self.oneOf(label, values)
    case .notIn(let label, let values):
      return negated ? Self.oneOf(label, values) : [:]
    case .not(let inner):
      return inner.restrictions(negated: !negated)
    case .and(let operands):
      let each = operands.map { $0.restrictions(negated: negated) }
      return negated ? Self.any(each) : Self.every(each)
    case .or(let operands):
      let each = operands.map { $0.restrictions(negated: negated) }
      return negated ? Self.every(each) : Self.any(each)
    }
  }

  private static func oneOf(_ label: String, _ values: [String]) -> Restrictions {
    [label: LabelRestriction(mustBePresent: true, mustHaveOneOfValues: values)]
  }

  private static func every(_ each: [Restrictions]) -> Restrictions {
    var result: Restrictions = [:]
    for (label, restriction) in each.joined() {
      result[label, default: LabelRestriction()].narrow(with: restriction)
    }
    return result
  }

  private static func any(_ each: [Restrictions]) -> Restrictions {
    // A branch that can't be true adds nothing to what the others allow.
    let possible = each.filter { branch in !branch.values.contains(where: \.isImpossible) }
    guard !possible.isEmpty else { return each.first ?? [:] }
    var byLabel: [String: [LabelRestriction]] = [:]
    for (label, restriction) in possible.joined() {
      byLabel[label, default: []].append(restriction)
    }
    return byLabel.compactMapValues { restrictions in
      // A label that some branch leaves free is free.
      restrictions.count == possible.count ? .widest(of: restrictions) : nil
    }
  }
}
