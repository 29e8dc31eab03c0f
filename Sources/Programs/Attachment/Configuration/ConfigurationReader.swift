// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// Reads values of a configuration, and names the key and what it must be when one is wrong.
struct ConfigurationReader {
  /// A map, or `nil` where there is none.
  let value: Value?
  private let place: String

  init(_ value: Value?, place: String = "") {
    self.value = value
    self.place = place
  }

  /// A map below this one; one that is not there has no members.
  func map(_ key: String) throws(CNIError) -> ConfigurationReader {
    let value = present(key)
    guard value == nil || value?.members != nil else { throw wrong(key, "a map") }
    return ConfigurationReader(value, place: place + key + ".")
  }

  func string(_ key: String) throws(CNIError) -> String? {
    guard let value = present(key) else { return nil }
    guard let text = value.string else { throw wrong(key, "a string") }
    return text
  }

  /// An absolute path; an empty one counts as none.
  func path(_ key: String) throws(CNIError) -> String? {
    guard let text = try string(key), !text.isEmpty else { return nil }
    guard text.hasPrefix("/"), text.utf8.count <= 4096, !text.utf8.contains(0) else {
      throw wrong(key, "an absolute path")
    }
    return text
  }

  /// A truth value, also as text: Calico's examples have "true" for some and true for others.
  func bool(_ key: String) throws(CNIError) -> Bool? {
    switch present(key) {
    case nil: return nil
    case .bool(let value): return value
    case .string("true"): return true
    case .string("false"): return false
    default: throw wrong(key, "true or false")
    }
  }

  func number(_ key: String, _ range: ClosedRange<Int>) throws(CNIError) -> Int? {
    guard let value = present(key) else { return nil }
    guard let number = value.int.flatMap({ Int(exactly: $0) }), range.contains(number) else {
      throw wrong(key, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func strings(_ key: String, atMost limit: Int) throws(CNIError) -> [String] {
    guard let value = present(key) else { return [] }
    let texts = value.array?.compactMap(\.string)
    guard let texts, texts.count == value.array?.count, texts.count <= limit else {
      throw wrong(key, "a list of at most \(limit) strings")
    }
    return texts
  }

  private func present(_ key: String) -> Value? {
    guard let value = value?[key], !value.isNull else { return nil }
    return value
  }

  private func wrong(_ key: String, _ allowed: String) -> CNIError {
    let text = value?[key].map { JSON.encode($0) } ?? ""
    return CNIError(
      .invalidConfiguration, "\(place)\(key) must be \(allowed), is \(Words.shortened(text))")
  }
}
