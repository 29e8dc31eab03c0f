// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import TestSupport
import Testing

@testable import FanOut

@Suite struct TyphaMessageTests {
  private func message(_ kind: TyphaMessage.Kind, _ json: String) throws -> TyphaMessage {
    try TyphaMessage(([kind.rawValue] + Array(json.utf8))[...])
  }

  private func refusal(_ kind: TyphaMessage.Kind, _ json: String) -> String? {
    do {
      _ = try message(kind, json)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func `every message comes back as it was, behind its length`() throws {
    var random = SplitMix64(for: "TyphaMessageTests.roundTrip")
    let messages = SampleMessages.all + (0..<500).map { _ in SampleMessages.random(&random) }
    for message in messages {
      let bytes = message.bytes
      let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      #expect(length == bytes.count - 4)
      #expect(try TyphaMessage(bytes[4...]) == message)
      // Where it stands in what came does not matter.
      let inside = [0, 0, 0] + bytes
      #expect(try TyphaMessage(inside[7...]) == message)
    }
  }

  @Test func `each side's messages fit into what the other takes`() {
    // As long as it may be, of what takes six bytes a letter.
    let node = String(repeating: "\u{1}", count: 253)
    let hello = TyphaMessage.hello(AgentGreeting(node: node, software: node))
    #expect(hello.content.count <= TyphaMessage.agentLimit)
    let farewell = TyphaMessage.farewell(
      Farewell(.other, String(repeating: "\u{1}", count: 100_000)))
    #expect(farewell.content.count <= TyphaMessage.agentLimit)
    #expect(throws: Never.self) { try TyphaMessage(farewell.content) }
  }

  @Test
  func `a farewell quotes no more than a thousand letters, and can be read whatever it quotes`()
    throws
  {
    for letter in ["x", "\u{1}", "\u{1f980}", "\""] {
      let long = Farewell(.misunderstood, String(repeating: letter, count: 5000))
      guard case .farewell(let read) = try TyphaMessage(TyphaMessage.farewell(long).content) else {
        Issue.record("it is another message")
        return
      }
      #expect(read.reason == .misunderstood)
      #expect(read.text == String(repeating: letter, count: 1024) + "…")
      // It may be passed on.
      #expect(try TyphaMessage(TyphaMessage.farewell(read).content) == .farewell(read))
    }
    // One that somebody else did not cut is cut here.
    let text = String(repeating: "y", count: 2000)
    let read = try message(.farewell, #"{"reason":"shutdown","text":"\#(text)"}"#)
    #expect(read == .farewell(Farewell(.shutdown, String(repeating: "y", count: 1024) + "…")))
  }

  @Test func `members that are not known do not count, wherever they stand`() throws {
    let hello = #"""
      {"new":{"a":[1,2,{}]}, "versions":[1,2,"three",null,4.5,{}],"node":"n","x":null,
       "software":"s","interest":"everything","compressions":["none",7,"zstd"],"last":1e9}
      """#
    var greeting = AgentGreeting(
      node: "n", software: "s", versions: [1, 2], compressions: ["none", "zstd"])
    #expect(try message(.hello, hello) == .hello(greeting))
    // What is asked for in words of a newer version is a part of everything.
    greeting.interest = .everything
    let newer = hello.replacing("\"everything\"", with: "\"policy-only\"")
    #expect(try message(.hello, newer) == .hello(greeting))
    #expect(
      try message(.farewell, #"{"reason":"maintenance","text":"t","until":12}"#)
        == .farewell(Farewell(.other, "t")))
    #expect(
      try message(.ping, #"{"number":1,"status":"half","age":5,"locked":true,"load":0.5}"#)
        == .ping(Ping(number: 1, status: .waitForDatastore, age: 5, isLocked: true)))
    #expect(
      try message(
        .welcome, #"{"z":[],"version":2,"host":"h","software":"s","compression":"zlib"}"#)
        == .welcome(TyphaGreeting(version: 2, host: "h", software: "s", compression: .zlib)))
  }

  @Test func `what a ping may leave out is the worst that it may mean, or nothing`() throws {
    let ping = Ping(number: 1, status: .inSync, age: nil, isLocked: false)
    #expect(try message(.ping, #"{"number":1,"status":"in-sync"}"#) == .ping(ping))
    #expect(
      try message(.ping, #"{"number":1,"status":"in-sync","age":null,"locked":null}"#)
        == .ping(ping))
    #expect(
      try message(.ping, #"{"number":1,"status":"in-sync","age":"old","locked":1}"#)
        == .ping(ping))
  }

  @Test func `each member that is missing or of the wrong type is named`() {
    let whole: [(TyphaMessage.Kind, String, [(name: String, allowed: String)])] = [
      (
        .hello, "an agent's greeting",
        [
          ("versions", "a list"), ("node", "a text"), ("software", "a text"),
          ("interest", "a text"), ("compressions", "a list"),
        ]
      ),
      (
        .welcome, "Typha's greeting",
        [
          ("version", "a whole number"), ("host", "a text"), ("software", "a text"),
          ("compression", "a text"),
        ]
      ),
      (.farewell, "a farewell", [("reason", "a text"), ("text", "a text")]),
      (.ping, "a ping", [("number", "a whole number"), ("status", "a text")]),
    ]
    func value(_ allowed: String) -> String {
      switch allowed {
      case "a list": "[]"
      case "a text": "\"none\""
      default: "1"
      }
    }
    for (kind, what, members) in whole {
      func json(_ changed: String, _ value: String?, _ rest: (String) -> String) -> String {
        let parts = members.compactMap { member in
          let text = member.name == changed ? value : rest(member.allowed)
          return text.map { "\"\(member.name)\":\($0)" }
        }
        return "{" + parts.joined(separator: ",") + "}"
      }
      #expect(refusal(kind, json("", nil, value)) == nil)
      for (name, allowed) in members {
        let wrong = ["null", "true", "{}", "1.5", "\"1\"", "[]", "1", "99999999999999999999"]
        for text in wrong + [nil] where text.map({ !isRight($0, allowed) }) ?? true {
          #expect(
            refusal(kind, json(name, text, value)) == "\(what): '\(name)' must be \(allowed)",
            "\(text ?? "missing")")
        }
      }
      for text in ["", " ", "[]", "1", "null", "\"x\"", "{", "{}{}", "{\"a\":1,\"a\":1}", "\u{0}"] {
        #expect(refusal(kind, text)?.hasPrefix("\(what) is no") == true, "\(text)")
      }
    }
    #expect(
      refusal(.welcome, #"{"version":1,"host":"h","software":"s","compression":"zs\ntd"}"#)
        == #"Typha's greeting names the compression 'zs\ntd'"#)
  }

  private func isRight(_ json: String, _ allowed: String) -> Bool {
    switch allowed {
    case "a list": json == "[]"
    case "a text": json.hasPrefix("\"")
    default: json == "1"
    }
  }

  @Test func `texts that are too long are refused, counted in bytes`() throws {
    func hello(_ node: String, _ software: String, _ interest: String) -> String {
      #"{"versions":[],"node":"\#(node)","software":"\#(software)","interest":"\#(interest)","#
        + #""compressions":[]}"#
    }
    let a = String(repeating: "a", count: 253)
    #expect(refusal(.hello, hello(a, a, a.prefix(64).description)) == nil)
    #expect(
      refusal(.hello, hello(a + "a", "", ""))
        == "an agent's greeting: 'node' must be at most 253 bytes"
    )
    #expect(
      refusal(.hello, hello("", a.dropLast() + "\u{e9}", ""))
        == "an agent's greeting: 'software' must be at most 253 bytes")
    #expect(
      refusal(.hello, hello("", "", a.prefix(65).description))
        == "an agent's greeting: 'interest' must be at most 64 bytes")
    let space = String(repeating: " ", count: TyphaMessage.agentLimit - 2)
    #expect(refusal(.ping, "{" + space + "}") == "a ping: 'number' must be a whole number")
    #expect(refusal(.ping, "{ " + space + "}") == "a ping has 16385 bytes")
  }

  @Test func `what is nested deeply, or a huge number, is an error of one line`() {
    let deep = String(repeating: "[", count: 16_000)
    let objects = String(repeating: "{\"\u{2028}long\\nkey\":", count: 800)
    let digits = String(repeating: "9", count: 16_000)
    let texts = [
      deep, "{\"a\":" + deep, objects, "{\"number\":\(digits)}", "{\"number\":-1e400}",
      "{\"number\":1e\(digits)}", "{\"number\":0.\(digits)}",
    ]
    for text in texts {
      for kind in [TyphaMessage.Kind.hello, .welcome, .farewell, .ping] {
        let said = refusal(kind, text) ?? ""
        #expect(!said.isEmpty)
        #expect(said.utf8.count < 1000)
        #expect(!said.contains { $0.isNewline })
      }
    }
  }

  @Test
  func `a message of an unknown type, an empty one, and one that is too long or short, are errors`()
  {
    func error(_ bytes: [UInt8]) -> String? {
      do {
        _ = try TyphaMessage(bytes[...])
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(error([]) == "a message is empty")
    for kind: UInt8 in [0, 9, 0x16, 0xff] {
      #expect(error([kind]) == "there is no message of type \(kind)")
    }
    #expect(error([4]) == nil)
    #expect(error([4, 0]) == "a message has 1 bytes instead of 0")
    #expect(error([5, 0]) == "a message has 1 bytes instead of 0")
    #expect(error([8, 0, 0, 0, 0, 0, 0, 0]) == "a message has 7 bytes instead of 8")
    #expect(error([8, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == "a message has 9 bytes instead of 8")
    #expect(error([6, 0, 0, 0, 0]) == "a frame has no header")
    #expect(error([6, 0, 0, 0, 0, 0]) == nil)
    #expect(error([6, 2, 0, 0, 0, 0]) == "there is no compression 2")
    #expect(error([6, 0, 1, 0, 0, 1]) == "a frame has 16777217 bytes, more than 16777216")
  }
}
