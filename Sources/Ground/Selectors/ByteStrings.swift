// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Selectors compare bytes. Swift's `==` and `<` on strings compare Unicode meaning instead, for
/// which "é" in one and in two code points are the same.
enum ByteStrings {
  static func equal(_ a: String, _ b: String) -> Bool {
    let (a, b) = (a.utf8.span, b.utf8.span)
    return a.count == b.count && matches(a, b, at: 0)
  }

  static func hasPrefix(_ text: String, _ prefix: String) -> Bool {
    let (text, prefix) = (text.utf8.span, prefix.utf8.span)
    return text.count >= prefix.count && matches(text, prefix, at: 0)
  }

  static func hasSuffix(_ text: String, _ suffix: String) -> Bool {
    let (text, suffix) = (text.utf8.span, suffix.utf8.span)
    return text.count >= suffix.count && matches(text, suffix, at: text.count - suffix.count)
  }

  static func contains(_ text: String, _ part: String) -> Bool {
    let (text, part) = (text.utf8.span, part.utf8.span)
    guard text.count >= part.count else { return false }
    for start in 0...(text.count - part.count) where matches(text, part, at: start) {
      return true
    }
    return false
  }

  static func less(_ a: String, _ b: String) -> Bool { compare(a, b) < 0 }

  /// Whether the list, which is in order, has the text.
  static func contains(_ sorted: [String], _ text: String) -> Bool {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      let order = compare(sorted[middle], text)
      if order == 0 { return true }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return false
  }

  /// In order and each once.
  static func sortedSet(_ texts: [String]) -> [String] {
    var result: [String] = []
    result.reserveCapacity(texts.count)
    for text in texts.sorted(by: less) {
      if let last = result.last, equal(last, text) { continue }
      result.append(text)
    }
    return result
  }

  private static func compare(_ a: String, _ b: String) -> Int {
    let (a, b) = (a.utf8.span, b.utf8.span)
    let shared = min(a.count, b.count)
    let order = a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in bytesOrder(a, b, shared) }
    }
    return order == 0 ? a.count - b.count : order
  }

  /// Whether `part` stands in `text` at `start`; the caller knows that there is room.
  private static func matches(_ text: Span<UInt8>, _ part: Span<UInt8>, at start: Int) -> Bool {
    text.extracting(start..<start + part.count).withUnsafeBytes { text in
      part.withUnsafeBytes { part in bytesOrder(text, part, part.count) == 0 }
    }
  }

  private static func bytesOrder(
    _ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer, _ count: Int
  ) -> Int {
    guard count > 0, let a = a.baseAddress, let b = b.baseAddress else { return 0 }
    return Int(memcmp(a, b, count))
  }
}
