// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import TestSupport
import Testing
import ValueTree

/// Stored objects are read straight from their bytes where nothing about them is unusual. That way
/// must never say anything else than the way by the tree.
@Suite("Stored objects read from their bytes")
struct DirectReadingTests {
  private func read(_ json: [UInt8], _ kind: Kind) -> (any Resource)? {
    ResourceDocument.readStored(json.span, kind: kind)
  }

  /// Reads the bytes both ways. Says whether the direct one did.
  private func compare(_ json: [UInt8], _ kind: Kind) throws -> Bool {
    guard let direct = read(json, kind) else { return false }
    let text = String(decoding: json, as: UTF8.self)
    let tree = try JSON.parse(json, duplicateKeys: .kept)
    let stored = try ResourceDocument.decodeStored(tree, kind: kind)
    #expect(stored.problems.isEmpty, "\(text)")
    func isSame<R: Resource>(_ direct: R) -> Bool { stored.resource as? R == direct }
    let same = isSame(direct)
    #expect(same, "\(text)")
    return true
  }

  @Test("mean the same, with what is unknown in them", arguments: Kind.allCases)
  func sound(kind: Kind) throws {
    var sample = SchemaSample(random: .init(for: "direct \(kind)"))
    let schema = kind.type.schema
    for round in 0..<100 {
      let value = sample.strangers(in: sample.value(schema), schema)
      let isSound = try ResourceDocument.decodeStored(value, kind: kind).problems.isEmpty
      for value in [value, sample.shuffled(value)] {
        let json = JSON.bytes(value, indent: round.isMultiple(of: 2) ? nil : 2)
        #expect(try compare(json, kind) == isSound, "\(String(decoding: json, as: UTF8.self))")
      }
    }
  }

  @Test("mean the same or are left to the tree, whatever is wrong", arguments: Kind.allCases)
  func damaged(kind: Kind) throws {
    var sample = SchemaSample(random: .init(for: "direct, damaged \(kind)"))
    let schema = kind.type.schema
    for _ in 0..<100 {
      _ = try compare(JSON.bytes(sample.damaged(sample.value(schema), schema)), kind)
      var json = JSON.bytes(sample.value(schema))
      for _ in 0..<Int.random(in: 1...3, using: &sample.random) where !json.isEmpty {
        sample.spoil(&json)
      }
      _ = try compare(json, kind)
    }
  }

  @Test(
    "are left to the tree where it alone can say what they mean",
    arguments: [
      #"{"metadata": {"name": "a", "name": "b"}}"#, #"{"metadata": {"na\u006de": "a"}}"#,
      #"{"metadata": {"labels": {"a": "1", "a": "2"}}}"#, #"{"metadata": 7}"#, #"{"spec": {}} 7"#,
      #"{"spec": {"order": 1e999}}"#, #"{"spec": {"order": 01}}"#, #"{"spec": [}"#, #"{"a": tru}"#,
      #"{"a": "\x"}"#, #"{"a": 1,}"#, "[]", "", "{", #"{"a""#, #"{"a": "\"#, "\u{FEFF}{}",
    ])
  func left(json: String) {
    #expect(read(Array(json.utf8), .tier) == nil)
  }

  @Test("may have escapes in their texts, and any white space")
  func texts() throws {
    let name = #""\u0061\"\n""#
    let json = " {\"metadata\" :\n{\"name\":\(name),\t\"labels\":{\"\\u0062\":\"ü\"}}\r} "
    let tier = try #require(read(Array(json.utf8), .tier))
    #expect(tier.metadata.name == "a\"\n")
    #expect(tier.metadata.labels == ["b": "ü"])
    #expect(try compare(Array(json.utf8), .tier))
  }
}

extension SchemaSample {
  /// The same value with the members of its objects in another order.
  fileprivate mutating func shuffled(_ value: Value) -> Value {
    switch value {
    case .array(let items): .array(items.map { shuffled($0) })
    case .object(let members):
      .object(members.map { .init($0.key, shuffled($0.value)) }.shuffled(using: &random))
    default: value
    }
  }

  /// Changes the bytes in one place.
  fileprivate mutating func spoil(_ bytes: inout [UInt8]) {
    let place = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes.remove(at: place)
    case 1: bytes.insert(bytes.randomElement(using: &random) ?? 0, at: place)
    case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
    default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
    }
  }
}
