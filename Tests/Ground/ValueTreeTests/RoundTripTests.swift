// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import TestSupport
import Testing
import ValueTree

@Suite("Round trips and rubbish")
struct RoundTripTests {
  @Test("every value reads back from its JSON, compact and indented")
  func json() throws {
    var generator = ValueGenerator(random: SplitMix64(seed: SplitMix64.seed(for: "JSON")))
    for _ in 0..<1500 {
      let value = generator.value()
      try #require(try JSON.parse(JSON.encode(value)) == value)
      try #require(try JSON.parse(JSON.encode(value, indent: 2)) == value)
    }
  }

  @Test("every value reads back from its YAML, alone and among others")
  func yaml() throws {
    var generator = ValueGenerator(random: SplitMix64(seed: SplitMix64.seed(for: "YAML")))
    for _ in 0..<1500 {
      let value = generator.value()
      let text = YAML.encode(value)
      let read = try YAML.documents(Array(text.utf8), file: "x").map(\.value)
      try #require(read == [value], "\(text)")
      let two = YAML.encode(documents: [value, generator.value()])
      try #require(try YAML.documents(Array(two.utf8), file: "x").first?.value == value, "\(two)")
    }
  }

  @Test("the YAML reader reads JSON as the JSON reader does, and knows where every value stands")
  func jsonAsYAML() throws {
    var generator = ValueGenerator(random: SplitMix64(seed: SplitMix64.seed(for: "JSON as YAML")))
    for _ in 0..<300 {
      let value: Value = .array([generator.value()])
      let documents = try YAML.documents(JSON.bytes(value, indent: 2), file: "x")
      #expect(documents.map(\.value) == [value])
      #expect(documents.first?.mark(of: ValuePath([.index(0)])) == Mark(line: 2, column: 3))
    }
  }

  @Test("random bytes and damaged texts are refused or read, and never crash a reader")
  func rubbish() {
    var random = SplitMix64(seed: SplitMix64.seed(for: "rubbish"))
    var generator = ValueGenerator(random: random)
    let alphabet = Array("{}[]:,-?&*!|>'\"%@` \n\t#abe01.\\u".utf8) + [0xC3, 0xA9, 0xFF, 0]
    var read = 0
    for round in 0..<6000 {
      var bytes: [UInt8]
      switch round % 3 {
      case 0:
        bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
          alphabet.randomElement(using: &random) ?? 0
        }
      case 1:
        bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
      default:
        let value = generator.value(depth: 2)
        bytes = Bool.random(using: &random) ? JSON.bytes(value) : Array(YAML.encode(value).utf8)
        bytes.removeLast(Int.random(in: 0...min(3, bytes.count), using: &random))
        if !bytes.isEmpty {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          bytes[place] = alphabet.randomElement(using: &random) ?? 0
        }
      }
      if (try? JSON.parse(bytes)) != nil { read += 1 }
      do throws(SyntaxError) {
        read += try YAML.documents(bytes, file: "x").count
      } catch {
        #expect(error.mark.line > 0 && error.mark.column > 0 && !error.message.isEmpty)
      }
    }
    #expect(read > 100, "some of it is valid")
  }
}
