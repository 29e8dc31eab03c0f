// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How Prometheus writes numbers.
enum NumberText {
  static func text(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    if number.magnitude < 0x1p53, let integer = Int64(exactly: number) { return String(integer) }
    return number.description
  }
}
