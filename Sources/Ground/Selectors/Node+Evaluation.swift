// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension Node {
  /// A missing label makes `!=` and `not in` true and every other comparison false.
  func matches(_ labels: some LabelSource) -> Bool {
    switch self {
    case .all, .global: return true
    case .has(let label): return labels.value(of: label) != nil
    case .compare(let label, let comparison, let operand):
      guard let value = labels.value(of: label) else { return comparison == .notEqual }
      return switch comparison {
      case .equal: ByteStrings.equal(value, operand)
      case .notEqual: !ByteStrings.equal(value, operand)
      case .contains: ByteStrings.contains(value, operand)
      case .startsWith: ByteStrings.hasPrefix(value, operand)
      case .endsWith: ByteStrings.hasSuffix(value, operand)
      }
    case .isIn(let label, let values):
      guard let value = labels.value(of: label) else { return false }
      return ByteStrings.contains(values, value)
    case .notIn(let label, let values):
      guard let value = labels.value(of: label) else { return true }
      return !ByteStrings.contains(values, value)
    case .not(let inner): return !inner.matches(labels)
    case .and(let operands):
      for operand in operands where !operand.matches(labels) { return false }
      return true
    case .or(let operands):
      for operand in operands where operand.matches(labels) { return true }
      return false
    }
  }
}
