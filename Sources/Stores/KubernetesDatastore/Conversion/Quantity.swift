// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Numbers as Kubernetes writes them: `1500`, `1.5M`, `10Gi`, `2e3`.
enum Quantity {
  /// The whole number that is meant, rounded up. What is beyond the range of `Int` is its end; nil
  /// for what is no number.
  static func value(_ text: String) -> Int? {
    var rest = text[...]
    let isNegative = rest.first == "-"
    if let sign = rest.first, "+-".contains(sign) { rest.removeFirst() }
    let whole = digits(&rest)
    var fraction: Substring = ""
    if rest.first == "." {
      rest.removeFirst()
      fraction = digits(&rest)
    }
    guard !(whole.isEmpty && fraction.isEmpty), text.utf8.count <= 128,
      let scale = scale(String(rest))
    else { return nil }
    // Exact: a product of floating point numbers would be rounded up where it is hardly too large.
    let kept = fraction.prefix(15)
    var value: UInt128 = 0
    for digit in (whole + kept).compactMap({ $0.wholeNumberValue }) {
      value = value > limit ? value : value * 10 + UInt128(digit)
    }
    let isCut = fraction.dropFirst(15).contains { $0 != "0" }
    let isLarge = value > limit
    let result = isLarge ? Int.max : round(value, scale, fraction: kept.count, isCut: isCut)
    return isNegative ? -result : result
  }

  /// Digits beyond this are not read: the number is too large.
  private static let limit: UInt128 = 1_000_000_000_000_000_000_000_000_000_000_000_000

  private enum Scale {
    case decimal(Int)
    case binary(Int)
  }

  private static func round(
    _ value: UInt128, _ scale: Scale, fraction: Int, isCut: Bool
  ) -> Int {
    var value = value
    var power = -fraction
    switch scale {
    case .decimal(let exponent): power += exponent
    case .binary(let bits):
      let (product, isOver) = value.multipliedReportingOverflow(by: 1 << UInt128(bits))
      if isOver { return .max }
      value = product
    }
    if value == 0 { return isCut ? 1 : 0 }
    var hasRest = isCut
    while power > 0, value <= UInt128(Int.max) {
      value *= 10
      power -= 1
    }
    if power > 0 { return .max }
    while power < 0, value > 0 {
      let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
      value = quotient
      hasRest = hasRest || remainder > 0
      power += 1
    }
    return Int(clamping: hasRest ? value + 1 : value)
  }

  private static func digits(_ text: inout Substring) -> Substring {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    text = text[digits.endIndex...]
    return digits
  }

  private static func scale(_ suffix: String) -> Scale? {
    let decimal = [
      "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
    ]
    if let exponent = decimal[suffix] { return .decimal(exponent) }
    let binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
    if let power = binary.firstIndex(of: suffix) { return .binary(10 * (power + 1)) }
    guard let first = suffix.first, "eE".contains(first), suffix.utf8.count <= 8,
      let exponent = Int(suffix.dropFirst())
    else { return nil }
    return .decimal(exponent)
  }
}
