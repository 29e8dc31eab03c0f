// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

/// The 64 bytes that the expressions of a rule share.
struct Registers {
  private var bytes = [UInt8](repeating: 0, count: 64)

  /// Nil beyond the end.
  func load(_ register: NFTRegister, _ length: Int) -> [UInt8]? {
    let start = register.word * 4
    guard length >= 0, start + length <= bytes.count else { return nil }
    return Array(bytes[start..<start + length])
  }

  /// Stores, and clears the rest of the last word as the kernel does. False beyond the end.
  mutating func store(_ value: [UInt8], _ register: NFTRegister) -> Bool {
    let start = register.word * 4
    let padded = (value.count + 3) & ~3
    guard start + padded <= bytes.count else { return false }
    for offset in 0..<padded {
      bytes[start + offset] = offset < value.count ? value[offset] : 0
    }
    return true
  }
}
