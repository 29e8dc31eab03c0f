// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Addressing

@Suite("Prefix maps")
struct PrefixMapTests {
  private func cidr(_ text: String) throws -> CIDR { try #require(CIDR(text)) }

  @Test("the longest prefix wins")
  func longestMatch() throws {
    var map = PrefixMap<String>()
    for text in ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "fd00::/8"] {
      map[try cidr(text)] = text
    }
    func match(_ text: String) throws -> String? {
      let found = map.longestMatch(try #require(IPAddress(text)))
      #expect(found?.key.description == found?.value)
      return found?.value
    }
    #expect(try match("10.1.2.3") == "10.1.2.3/32")
    #expect(try match("10.1.2.4") == "10.1.0.0/16")
    #expect(try match("10.2.0.0") == "10.0.0.0/8")
    #expect(try match("11.0.0.0") == "0.0.0.0/0")
    #expect(try match("fd00::1") == "fd00::/8")
    #expect(try match("fe00::1") == nil)
  }

  @Test("insert and remove give back what was there")
  func replace() throws {
    var map = PrefixMap<Int>()
    let key = try cidr("10.0.0.0/8")
    #expect(map.insert(1, for: key) == nil)
    #expect(map.insert(2, for: key) == 1)
    #expect(map.count == 1)
    #expect(map.removeValue(for: try cidr("10.0.0.0/9")) == nil)
    #expect(map.removeValue(for: try cidr("0.0.0.0/0")) == nil)
    #expect(map.removeValue(for: key) == 2)
    #expect(map.removeValue(for: key) == nil)
    #expect(map.isEmpty)
    map[key] = 3
    map[key] = nil
    #expect(map.isEmpty && map.longestMatch(key.address) == nil)
  }

  @Test("copies are independent and equality is about entries")
  func values() throws {
    let a = PrefixMap([(try cidr("10.0.0.0/9"), 1), (try cidr("10.128.0.0/9"), 2)])
    var b = a
    b[.everything(.v4)] = 0
    #expect(a.count == 2 && b.count == 3 && a != b)
    b[.everything(.v4)] = nil
    #expect(a == b)
    b[try cidr("10.128.0.0/9")] = 3
    #expect(a != b)
  }

  @Test("everything agrees with a dictionary", arguments: Universe.all)
  func model(universe: Universe) throws {
    var random = SplitMix64(for: "prefix map, \(universe)")
    var map = PrefixMap<Int>()
    // An entry of the other family that must not be seen.
    let stranger = CIDR.everything(universe.family == .v4 ? .v6 : .v4)
    map[stranger] = -1
    var model: [CIDR: Int] = [stranger: -1]
    for step in 0..<1000 {
      let key = try #require(universe.randomCIDR(&random))
      // Now mostly growing, now mostly shrinking.
      if Int.random(in: 0..<10, using: &random) < (step / 250 % 2 == 0 ? 7 : 2) {
        #expect(map.insert(step, for: key) == model.updateValue(step, forKey: key))
      } else {
        #expect(map.removeValue(for: key) == model.removeValue(forKey: key))
      }
      #expect(map.count == model.count)
      // Nodes that only part paths are fewer than entries; all others must be given back.
      #expect(map.nodes.count - map.free.count < 2 * max(map.count, 1))

      let probe = try #require(universe.randomCIDR(&random))
      #expect(map[probe] == model[probe])
      let covering = model.filter { $0.key.contains(probe) }.keys.sorted()
      #expect(map.covering(probe).map(\.key) == covering)
      #expect(map.covering(probe).allSatisfy { model[$0.key] == $0.value })
      let covered = model.filter { probe.contains($0.key) }.keys.sorted()
      #expect(map.covered(by: probe).map(\.key) == covered)
      let best = model.filter { $0.key.contains(probe.last) }.max {
        $0.key.prefixLength < $1.key.prefixLength
      }
      #expect(map.longestMatch(probe.last)?.key == best?.key)
      #expect(map.longestMatch(probe.last)?.value == best?.value)
      if step % 50 == 0 {
        #expect(map.map(\.key) == model.keys.sorted())
        #expect(map.allSatisfy { model[$0.key] == $0.value })
      }
    }
    for key in model.keys { map[key] = nil }
    #expect(map.isEmpty && map.map(\.key).isEmpty)
    #expect(map.nodes.count == map.free.count)
  }
}
