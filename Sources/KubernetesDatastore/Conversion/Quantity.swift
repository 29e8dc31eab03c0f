// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Numbers as Kubernetes writes them: `1500`, `1.5M`, `10Gi`, `2e3`.
enum Quantity {
  /// The whole number that is meant, rounded up; nil for what is none, is below zero or too large.
  static func value(_ text: String) -> Int? {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "+") }
    let suffix = String(text.dropFirst(number.count))
    guard number.utf8.count <= 32, let base = Double(String(number)), base.isFinite else {
      return nil
    }
    guard let factor = factor(suffix) else { return nil }
    let value = (base * factor).rounded(.up)
    return value >= 0 && value < 9e15 ? Int(value) : nil
  }

  private static func factor(_ suffix: String) -> Double? {
    let decimal = [
      "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
    ]
    if let factor = decimal[suffix] { return factor }
    let binary = ["Ki", "Mi", "Gi", "Ti", "Pi"]
    if let power = binary.firstIndex(of: suffix) { return Double(1 << (10 * (power + 1))) }
    if let first = suffix.first, "eE".contains(first), let power = Int(suffix.dropFirst()),
      (-9...15).contains(power)
    {
      return (0..<abs(power)).reduce(1.0) { result, _ in power < 0 ? result / 10 : result * 10 }
    }
    return nil
  }
}
