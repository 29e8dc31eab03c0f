// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import PolicyModel
import SyncModel
import TestSupport

/// What holds after some updates: of each key the last.
struct Known: Equatable, CustomStringConvertible {
  private(set) var updates: [SyncKey: SyncUpdate] = [:]

  init(_ updates: [SyncUpdate] = []) { apply(updates) }

  mutating func apply(_ updates: [SyncUpdate]) {
    for update in updates {
      guard let key = update.key else { continue }
      self.updates[key] = update.isDeletion ? nil : update
    }
  }

  func without(_ isLeftOut: (SyncKey) -> Bool) -> Known {
    var rest = self
    rest.updates = updates.filter { !isLeftOut($0.key) }
    return rest
  }

  var count: Int { updates.count }

  var description: String { "\(count) updates" }

  /// Where it is not like another one, for people.
  func differences(to other: Known) -> String {
    let keys = Set(updates.keys).union(other.updates.keys)
      .filter { updates[$0] != other.updates[$0] }
    return "\(keys.count) differ, such as \(keys.prefix(3))"
  }
}

/// A tier that says nothing but a number.
func tier(_ name: String, _ number: Int?) -> SyncUpdate {
  .tier(name, number.map { SyncTier(order: Double($0)) })
}

func peer(_ name: String, _ number: UInt32?) -> SyncUpdate {
  .bgpPeer(name, number.map { SyncBGPPeer(node: nil, address: nil, asNumber: $0) })
}

/// One that takes many bytes, compressed about half as many.
func bulky(_ name: String, bytes: Int, seed: UInt64) -> SyncUpdate {
  var generator = SplitMix64(seed: seed)
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(bytes + 16)
  while text.count < bytes {
    var bits = generator.next()
    for _ in 0..<16 {
      text.append(digits[Int(bits & 15)])
      bits >>= 4
    }
  }
  return .profile(name, SyncProfile(labels: ["text": String(decoding: text, as: UTF8.self)]))
}

/// What `make test-long` asks for.
let askedOperations = getenv("CALICO_TEST_OPERATIONS").flatMap { Int(String(cString: $0)) }

/// Tiers t0, t1 and so on, each with its number or another.
func tiers(_ range: Range<Int>, _ number: (Int) -> Int = { $0 }) -> [SyncUpdate] {
  range.map { index in tier("t\(index)", number(index)) }
}
