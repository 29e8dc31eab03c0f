// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
public import HostSystem

/// The generator of property tests.
public typealias SplitMix64 = HostSystem.SplitMix64

extension SplitMix64 {
  /// For one test, with a seed that is printed.
  public init(for test: String) { self.init(seed: Self.seed(for: test)) }

  /// The seed of this run: `CALICO_TEST_SEED`, or a new one. Printed either way, so that a failure
  /// can be had again.
  public static func seed(for test: String) -> UInt64 {
    let given = getenv("CALICO_TEST_SEED").flatMap { UInt64(String(cString: $0)) }
    let seed = given ?? .random(in: 0...999_999_999)
    print("\(test): CALICO_TEST_SEED=\(seed)")
    return seed
  }

  /// A number from 0 to below a limit.
  public mutating func below(_ limit: Int) -> Int {
    Int.random(in: 0..<max(1, limit), using: &self)
  }

  /// True so often in a hundred times.
  public mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  public mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }

  /// At most so many of the items, in any order.
  public mutating func some<T>(_ items: [T], atMost limit: Int) -> [T] {
    Array(items.shuffled(using: &self).prefix(Int.random(in: 0...limit, using: &self)))
  }
}
