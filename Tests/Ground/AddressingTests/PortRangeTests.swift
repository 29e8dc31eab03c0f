// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import TestSupport
import Testing

@Suite("Ports")
struct PortRangeTests {
  @Test("text goes both ways", arguments: ["0", "80", "80:90", "0:65535", "65535"])
  func text(text: String) {
    #expect(PortRange(text)?.description == text)
  }

  @Test("a range of one port is written as the port")
  func single() {
    #expect(PortRange("80:80")?.description == "80")
    #expect(PortRange("80:80") == PortRange(80))
  }

  @Test(
    "what is no port is refused",
    arguments: [
      "", ":", "80:", ":80", "90:80", "65536", "80:65536", "-1", "+1", "080", "80-90", "http",
      "1:2:3",
      " 80", "999999999999999999999", "99999:99999",
    ])
  func refused(text: String) {
    #expect(PortRange(text) == nil)
  }

  @Test("the ends are part of the range")
  func contains() {
    let range = PortRange(first: 80, last: 82)
    #expect((78...84).filter { range?.contains($0) == true } == [80, 81, 82])
    #expect(range?.count == 3)
    #expect(PortRange.all.count == 65536)
    #expect(PortRange(first: 2, last: 1) == nil)
  }

  @Test("merging agrees with a bitmap of ports")
  func merged() {
    var random = SplitMix64(for: "port ranges")
    for base in [0, 1000, 65535 - 63] {
      for _ in 0..<500 {
        var model = Set<Int>()
        var ranges: [PortRange] = []
        for _ in 0..<Int.random(in: 0...10, using: &random) {
          let first = Int.random(in: 0..<64, using: &random)
          let last = Int.random(in: first..<min(64, first + 12), using: &random)
          ranges += [PortRange(first: UInt16(base + first), last: UInt16(base + last))]
            .compactMap { $0 }
          model.formUnion(base + first...base + last)
        }
        let merged = PortRange.merged(ranges)
        #expect(Set(merged.flatMap { Int($0.first)...Int($0.last) }) == model)
        for (a, b) in zip(merged, merged.dropFirst()) {
          #expect(Int(a.last) + 1 < Int(b.first))
        }
      }
    }
  }
}
