// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors

/// Endpoints and network sets of which nobody here knows enough to allow anything because of them.
///
/// DESIGN: what they say of themselves is the most that may be meant. So they stay in every set that
/// a rule denies by, and are in no set that a rule allows by: while there are any, such a rule asks
/// for the same selector without what carries this label. Without any, no set differs.
enum Doubt {
  /// No object has it: names of labels begin with a letter or a digit.
  static let label = "_doubtful"
  private static let none = try? Selector("!has(\(label))")

  static func marked(_ labels: [String: String], _ isDoubtful: Bool) -> [String: String] {
    isDoubtful ? labels.merging([label: ""]) { $1 } : labels
  }

  /// What a selector surely selects.
  static func surely(_ selector: Selector) -> Selector { none.map(selector.and) ?? selector }
}
