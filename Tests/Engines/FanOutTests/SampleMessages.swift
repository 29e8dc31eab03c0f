// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Resources
import TestSupport

/// Messages of every sort, with the edges of what they may say.
enum SampleMessages {
  static let all: [TyphaMessage] =
    [
      .hello(AgentGreeting(node: "node-1", software: "calico-node 1.0")),
      .hello(
        AgentGreeting(
          node: String(repeating: "n", count: 253), software: "", interest: .withoutBGP,
          versions: [.min, 1, .max], compressions: [])),
      .hello(AgentGreeting(node: "\u{e9}\"\\\n\0\u{1f980}", software: "e\u{301}", versions: [])),
      .farewell(Farewell(.shutdown, "")), .farewell(Farewell(.other, "a\u{2028}b \u{1f980}")),
      .snapshotBegins, .snapshotEnds,
      .frame(PackedFrame(packing: [], .none)),
      .frame(PackedFrame(packing: [1, 2, 3], .zlib)),
      .frame(PackedFrame(packing: [UInt8](repeating: 9, count: 5000), .zlib)),
      .pong(number: 0), .pong(number: .max), .pong(number: .min), .pong(number: -1),
    ]
    + Compression.allCases.map {
      .welcome(
        TyphaGreeting(version: 1, host: "typha-1", software: "calico-typha 1.0", compression: $0))
    }
    + Farewell.Reason.allCases.map { .farewell(Farewell($0, "because")) }
    + SyncStatus.allCases.flatMap { status in
      [nil, 0, 1, .max, .min].map { age in
        .ping(Ping(number: .max, status: status, age: age, isLocked: age == 0))
      }
    }

  /// Any of any sort.
  static func random(_ random: inout SplitMix64) -> TyphaMessage {
    func number() -> Int64 { random.pick([0, 1, -1, .max, .min, Int64(random.below(1 << 40))]) }
    func text(_ limit: Int) -> String {
      var text = ""
      for _ in 0..<random.below(limit) {
        text += random.pick(["a", "\"", "\\", "\n", "\u{1}", "\u{e9}", "-", "\u{2029}", "{", "]"])
      }
      return text
    }
    switch random.below(8) {
    case 0:
      return .hello(
        AgentGreeting(
          node: text(60), software: text(60), interest: random.pick(Interest.allCases),
          versions: (0..<random.below(5)).map { _ in number() },
          compressions: (0..<random.below(4)).map { _ in text(9) }))
    case 1:
      return .welcome(
        TyphaGreeting(
          version: number(), host: text(60), software: text(60),
          compression: random.pick(Compression.allCases)))
    case 2: return .farewell(Farewell(random.pick(Farewell.Reason.allCases), text(300)))
    case 3: return .snapshotBegins
    case 4: return .snapshotEnds
    case 5:
      let byte = UInt8(random.below(256))
      let frame = (0..<random.below(600)).map { _ in
        random.chance(70) ? byte : UInt8(random.below(256))
      }
      return .frame(PackedFrame(packing: frame, random.pick(Compression.allCases)))
    case 6:
      return .ping(
        Ping(
          number: number(), status: random.pick(SyncStatus.allCases),
          age: random.chance(30) ? nil : number(), isLocked: random.chance(50)))
    default: return .pong(number: number())
    }
  }
}

extension TyphaMessage {
  /// The message without its length.
  var content: ArraySlice<UInt8> { bytes[Self.lengthBytes...] }
}
