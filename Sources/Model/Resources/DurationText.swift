// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A time span as Calico's YAML writes it, read into seconds.
public struct DurationText: Hashable, Sendable {
  /// The time span in seconds; may be negative.
  public let seconds: Double

  /// Reads what Go's durations read: a sign, then numbers each with a unit of h, m, s, ms, us (µs)
  /// or ns; a plain `0` needs no unit.
  public init?(_ text: String) {
    var rest = Array(text.utf8)[...]
    guard rest.count <= 64 else { return nil }
    var sign = 1.0
    if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      if first == UInt8(ascii: "-") { sign = -1 }
      rest.removeFirst()
    }
    if rest.elementsEqual("0".utf8) {
      seconds = 0
      return
    }
    guard !rest.isEmpty else { return nil }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
      guard let number = Double(String(decoding: digits, as: UTF8.self)) else { return nil }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { !(48...57).contains($0) && $0 != UInt8(ascii: ".") }
      guard let scale = Self.scales[String(decoding: unit, as: UTF8.self)] else { return nil }
      total += number * scale
      rest = rest.dropFirst(unit.count)
    }
    guard total.isFinite else { return nil }
    seconds = sign * total
  }

  private static let scales: [String: Double] = [
    "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
  ]
}
