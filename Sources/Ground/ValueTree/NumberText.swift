// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How doubles are written, in JSON and in YAML.
enum NumberText {
  /// As an integer when it is one and below 2⁵³, where every integer is exact; else the shortest
  /// text that reads back the same. Nil for what is not finite.
  static func text(_ number: Double) -> String? {
    guard number.isFinite else { return nil }
    let isMinusZero = number == 0 && number.sign == .minus
    if number.magnitude < 0x1p53, !isMinusZero, let integer = Int64(exactly: number) {
      return String(integer)
    }
    return number.description
  }
}
