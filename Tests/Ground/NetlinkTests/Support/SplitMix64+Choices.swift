// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import TestSupport

extension SplitMix64 {
  mutating func number<T: FixedWidthInteger>() -> T { T(truncatingIfNeeded: next()) }
  mutating func flip() -> Bool { Bool.random(using: &self) }
  mutating func maybe<T>(_ make: (inout SplitMix64) -> T) -> T? { flip() ? make(&self) : nil }
  mutating func list<T>(upTo most: Int, _ make: (inout SplitMix64) -> T) -> [T] {
    (0..<below(most + 1)).map { _ in make(&self) }
  }
  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in number() } }
  mutating func name() -> String { "n" + String(number() as UInt32, radix: 36) }
}
