// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Finds duplicates among the keys of one map: by comparing while it is small, then by hash.
struct KeyIndex {
  private static let smallCount = 16
  private var positions: [String: Int] = [:]

  /// Notes a key that is about to be appended to these members; the position of the same key among
  /// them if it is there already.
  mutating func insert(_ key: String, into members: [Value.Member]) -> Int? {
    if members.count < Self.smallCount {
      return members.firstIndex { $0.key == key }
    }
    if positions.isEmpty {
      for (position, member) in members.enumerated() { positions[member.key] = position }
    }
    if let earlier = positions[key] { return earlier }
    positions[key] = members.count
    return nil
  }

  static func duplicate(firstLine: Int) -> String {
    "the key is given twice; the first time in line \(firstLine)"
  }
}
