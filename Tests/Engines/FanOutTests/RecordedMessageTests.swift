// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Resources
import Testing

/// The first released form of every message, byte for byte. It is read forever; what is written is the
/// same for as long as the form is the same. Another form stands beside it, not in its place.
@Suite struct RecordedMessageTests {
  private struct Recorded {
    var message: TyphaMessage
    /// Length, type, and what is not text, in hexadecimal digits.
    var head: String
    var text = ""

    var bytes: [UInt8] {
      let digits = head.compactMap(\.hexDigitValue)
      return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(digits[$0] << 4 | digits[$0 + 1])
      } + Array(text.utf8)
    }
  }

  private static let all =
    [
      Recorded(
        message: .hello(
          AgentGreeting(
            node: "node-1", software: "calico-node 1.0", interest: .withoutBGP, versions: [1, 2],
            compressions: ["none", "zlib"])),
        head: "00000077 01",
        text: #"{"versions":[1,2],"node":"node-1","software":"calico-node 1.0","#
          + #""interest":"withoutBGP","compressions":["none","zlib"]}"#),
      Recorded(
        message: .hello(AgentGreeting(node: "n", software: "s")),
        head: "00000062 01",
        text: #"{"versions":[1],"node":"n","software":"s","interest":"everything","#
          + #""compressions":["none","zlib"]}"#),
      Recorded(
        message: .welcome(
          TyphaGreeting(
            version: 1, host: "typha-1", software: "calico-typha 1.0", compression: .zlib)),
        head: "00000052 02",
        text: #"{"version":1,"host":"typha-1","software":"calico-typha 1.0","compression":"zlib"}"#),
      Recorded(
        message: .welcome(
          TyphaGreeting(version: 1, host: "h", software: "s", compression: .none)),
        head: "0000003d 02",
        text: #"{"version":1,"host":"h","software":"s","compression":"none"}"#),
      Recorded(message: .snapshotBegins, head: "00000001 04"),
      Recorded(message: .snapshotEnds, head: "00000001 05"),
      Recorded(
        message: .frame(PackedFrame(packing: [1, 2, 0xff], .none)),
        head: "00000009 06 00 00000003 0102ff"),
      Recorded(
        message: .ping(Ping(number: 7, status: .inSync, age: 1500, isLocked: false)),
        head: "0000003a 07",
        text: #"{"number":7,"status":"in-sync","age":1500,"locked":false}"#),
      Recorded(
        message: .ping(Ping(number: -1, status: .resyncInProgress, age: nil, isLocked: true)),
        head: "00000039 07",
        text: #"{"number":-1,"status":"resync","age":null,"locked":true}"#),
      Recorded(
        message: .ping(Ping(number: 0, status: .waitForDatastore, age: 0, isLocked: false)),
        head: "0000003e 07",
        text: #"{"number":0,"status":"wait-for-ready","age":0,"locked":false}"#),
      Recorded(message: .pong(number: 7), head: "00000009 08 0000000000000007"),
      Recorded(message: .pong(number: -2), head: "00000009 08 fffffffffffffffe"),
    ] + farewells

  private static let farewells = [
    (Farewell.Reason.version, "version", "0000002c"),
    (.misunderstood, "misunderstood", "00000032"), (.tooSlow, "tooSlow", "0000002c"),
    (.unauthorized, "unauthorized", "00000031"), (.rebalancing, "rebalancing", "00000030"),
    (.shutdown, "shutdown", "0000002d"), (.other, "other", "0000002a"),
  ].map { reason, name, length in
    Recorded(
      message: .farewell(Farewell(reason, "it was \"so\"")), head: "\(length) 03",
      text: #"{"reason":"\#(name)","text":"it was \"so\""}"#)
  }

  @Test func `what was released is read, and is what is written`() throws {
    for recorded in Self.all {
      #expect(try TyphaMessage(recorded.bytes[4...]) == recorded.message)
      #expect(
        String(decoding: recorded.message.bytes, as: UTF8.self)
          == String(decoding: recorded.bytes, as: UTF8.self))
      #expect(recorded.message.bytes == recorded.bytes)
    }
  }

  /// How it is packed is zlib's; every version of that reads it.
  @Test func `a compressed frame that was released is read`() throws {
    let recorded = Recorded(
      message: .snapshotBegins, head: "00000016 06 01 0000012c 78014b4c4a4e1c45c4850000884d72d9")
    guard case .frame(let packed) = try TyphaMessage(recorded.bytes[4...]) else {
      Issue.record("it is another message")
      return
    }
    #expect(packed.compression == .zlib)
    #expect(try packed.unpacked() == Array(String(repeating: "abc", count: 100).utf8))
  }

  @Test func `every type of message, every reason and every status is recorded`() {
    #expect(Set(Self.all.map { $0.bytes[4] }) == Set(1...8))
    var reasons: Set<Farewell.Reason> = []
    var statuses: Set<SyncStatus> = []
    var interests: Set<Interest> = []
    var compressions: Set<Compression> = []
    for recorded in Self.all {
      switch recorded.message {
      case .hello(let greeting): interests.insert(greeting.interest)
      case .welcome(let greeting): compressions.insert(greeting.compression)
      case .farewell(let farewell): reasons.insert(farewell.reason)
      case .ping(let ping): statuses.insert(ping.status)
      case .snapshotBegins, .snapshotEnds, .frame, .pong: break
      }
    }
    #expect(reasons == Set(Farewell.Reason.allCases))
    #expect(statuses == Set(SyncStatus.allCases))
    #expect(interests == Set(Interest.allCases))
    #expect(compressions == Set(Compression.allCases))
  }

  @Test func `the numbers that both sides must agree on are as they were released`() {
    #expect(TyphaMessage.version == 1)
    #expect(TyphaMessage.defaultPort == 5473)
    #expect(TyphaMessage.lengthBytes == 4)
    #expect(TyphaMessage.agentLimit == 16_384)
    #expect(PackedFrame.sizeLimit == 16_777_216)
    #expect(TyphaMessage.typhaLimit == 16_777_280)
  }
}
