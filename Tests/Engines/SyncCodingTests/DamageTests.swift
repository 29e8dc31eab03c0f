// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Resources
import SyncModel
import TestSupport
import Testing

@testable import SyncCoding

@Suite("Frames that are none")
struct DamageTests {
  private typealias Field = HandFrame.Field

  /// How many inputs are tried: `CALICO_TEST_FRAMES`.
  private static let inputs =
    getenv("CALICO_TEST_FRAMES").flatMap { Int(String(cString: $0)) } ?? 50_000

  private static func batch(_ make: inout RandomUpdate, _ count: Int) -> [UInt8] {
    var builder = FrameBuilder()
    for _ in 0..<count { builder.add(make.update()) }
    if make.bool() { builder.add(make.findings()) }
    if make.bool() { builder.add(.inSync, isNew: true) }
    return builder.take()
  }

  /// Whatever the bytes are: an error, or a frame that is no more than they can hold.
  private static func judge(_ bytes: [UInt8], _ decoder: inout SyncDecoder, _ place: Comment)
    -> Bool
  {
    do throws(SyncCodingError) {
      let frame = try decoder.decode(bytes)
      // An item has a byte at least.
      #expect(frame.updates.count + frame.findings.count <= bytes.count, place)
      for update in frame.updates.prefix(20) {
        #expect((try? decoder.decode(update.encoded).updates) != nil, place)
      }
      return true
    } catch {
      #expect((0...bytes.count).contains(error.offset), place)
      #expect(!error.message.isEmpty, place)
      return false
    }
  }

  @Test("random bytes, changed, spliced and cut frames never do more than fail")
  func fuzz() throws {
    let seed = SplitMix64.seed(for: "DamageTests.fuzz")
    var decoder = SyncDecoder()
    var sound: [[UInt8]] = []
    var passed = 0
    for input in 0..<Self.inputs {
      var make = RandomUpdate(seed: seed &+ UInt64(input))
      if input % 50 == 0 {
        sound.append(Self.batch(&make, make.random.below(6)))
        if sound.count > 40 { sound.removeFirst() }
      }
      var bytes = make.random.pick(sound)
      switch make.random.below(5) {
      case 0: bytes = [1] + (0..<make.random.below(64)).map { _ in UInt8(make.random.below(256)) }
      case 1:
        for _ in 0...make.random.below(4) {
          let place = make.random.below(bytes.count)
          bytes[place] = make.random.pick([
            0, 1, 0x7f, 0x80, 0xff, bytes[place] ^ 1, bytes[place] &+ 1,
          ])
        }
      case 2:
        let other = make.random.pick(sound)
        bytes =
          bytes.prefix(make.random.below(bytes.count))
          + other.suffix(make.random.below(other.count))
      case 3: bytes.remove(at: make.random.below(bytes.count))
      default:
        let place = make.random.below(bytes.count)
        bytes.insert(contentsOf: bytes.suffix(make.random.below(9)), at: place)
      }
      if Self.judge(bytes, &decoder, "input \(input)") { passed += 1 }
    }
    // Some changes only change what is said; were it all of them or none, nothing was tried.
    #expect(passed > 0)
    #expect(passed < Self.inputs)
    // After all that the decoder reads what is right.
    var make = RandomUpdate(seed: seed)
    let update = make.update()
    #expect(try decoder.decode(update.encoded).updates == [update])
  }

  @Test("a frame that is cut anywhere within an item or a table is refused")
  func truncation() throws {
    let seed = SplitMix64.seed(for: "DamageTests.truncation")
    var decoder = SyncDecoder()
    for trial in 0..<60 {
      var make = RandomUpdate(seed: seed &+ UInt64(trial))
      let update = make.update()
      let bytes = update.encoded
      var readable = 0
      for length in 0..<bytes.count {
        if Self.judge(Array(bytes.prefix(length)), &decoder, "trial \(trial)") { readable += 1 }
      }
      // Between the tables and the only item ends a frame that has none.
      #expect(readable == 1, "trial \(trial)")
    }
  }

  private func error(_ bytes: [UInt8], _ limits: SyncDecoder.Limits = .standard) -> String? {
    var decoder = SyncDecoder(limits: limits)
    do throws(SyncCodingError) {
      _ = try decoder.decode(bytes)
      return nil
    } catch {
      return error.message
    }
  }

  @Test("each sort of damage has a message that says what is wrong")
  func messages() {
    #expect(error([]) == "it is empty")
    #expect(error([2, 0, 0, 0, 0]) == "its version is 2, and not 1")
    #expect(error([1, 0, 0, 0, 0]) == "it ends too early")
    #expect(error([1, 0, 0, 0, 0, 0, 1]) == "it refers to what is not there")
    #expect(error([1, 0, 0, 0, 0, 0, 0]) == "it refers to what is not there")
    let long = [UInt8](repeating: 0xff, count: 9)
    #expect(error([1] + long + [2]) == "a number has more than 64 bits")
    #expect(error([1] + long + [1]) == "it ends too early")
    #expect(error([1, 1, 1, 0xff, 0, 0, 0, 0]) == "a text is not UTF-8")

    func broken(_ change: (inout HandFrame) -> Void) -> String? {
      var frame = HandFrame()
      change(&frame)
      return error(frame.bytes)
    }
    #expect(broken { $0.lists.append([1]) } == "it refers to what is not there")
    #expect(broken { $0.labelSets.append([0]) } == "it ends too early")
    // The field 2 before the field 1, a wire that nobody could skip, and what is no item as one.
    #expect(broken { $0.shapes.append([4 << 2, 4, 0, 2, 0]) } == "a shape's fields are not right")
    #expect(broken { $0.shapes.append([4 << 2, 2, 2]) } == "a shape's fields are not right")
    #expect(broken { $0.item(74, []) } == "what is no item stands as one")
    #expect(broken { $0.item(5, [.sized(8, [])]) } == nil)
    #expect(broken { $0.item(5, [.sized(8, [1])]) } == "rule: something else stands in its place")
    #expect(
      broken { frame in
        let text = frame.text("a ==")
        let match = frame.part(75, [.small(8, text)])
        let rule = frame.part(74, [.sized(8, match)])
        frame.item(5, [.sized(8, rule)])
      }?.hasPrefix("match: a selector is wrong, ") == true)
    #expect(
      broken { $0.item(10, [Field(number: 10, wire: .varint, bytes: [0x80, 0x80, 4])]) }
        == "BGP peer: a number is too large")
    #expect(broken { $0.item(7, [.fixed(1, [33, 0])]) } == "pool: a prefix is too long")
    #expect(broken { $0.item(7, [.fixed(1, [8, 10, 0])]) } == "pool: a network is wrong")
  }

  @Test("what is nested deeply is not followed")
  func nesting() throws {
    // A match in a match in a match: no such field is declared.
    var frame = HandFrame()
    var inner: [UInt8] = []
    for _ in 0..<100_000 where inner.count < 60_000 {
      var sized: [UInt8] = []
      sized.append(varint: inner.count + 1)
      inner = sized + [1] + inner
    }
    frame.shapes.append([0xae, 2, 0x11, 1])
    #expect(frame.shapes[0].count == 4)
    frame.item(5, [.sized(8, inner, isCritical: false)])
    #expect(error(frame.bytes) != nil)
    frame.items = []
    frame.item(5, [.sized(60, inner, isCritical: false)])
    var decoder = SyncDecoder()
    #expect(try decoder.decode(frame.bytes).updates.count == 1)
  }

  @Test("references that multiply end at the limit")
  func expansion() {
    // A frame of a megabyte that would be a terabyte of labels.
    var frame = HandFrame()
    let text = frame.text(String(repeating: "x", count: 100_000))
    frame.labelSets.append([text, text])
    frame.item(6, [.small(9, 1)])
    let item = frame.items
    for _ in 0..<500_000 { frame.items += item }
    #expect(frame.bytes.count < 2 << 20)
    #expect(error(frame.bytes) == "network set: it expands to more than it may")

    // A list of lists there is not, but each table may refer to the one before.
    frame = HandFrame()
    let long = frame.text(String(repeating: "x", count: 1000))
    for _ in 0..<1000 { frame.lists.append([UInt8](repeating: long, count: 1000)) }
    #expect(error(frame.bytes) == "it expands to more than it may")

    // What is as long as its bytes passes a limit that is as wide.
    frame = HandFrame()
    let name = frame.text("n")
    frame.item(4, [.small(1, name)])
    frame.items = Array(repeatElement(frame.items, count: 1000).joined())
    let limits = SyncDecoder.Limits(
      frameBytes: frame.bytes.count, expandedBytes: 200_000, selectorBytes: 0)
    #expect(error(frame.bytes, limits) == nil)
    #expect(error(frame.bytes + [0], limits)?.hasPrefix("it has") == true)
    let narrow = SyncDecoder.Limits(frameBytes: 1 << 20, expandedBytes: 10_000, selectorBytes: 0)
    #expect(error(frame.bytes, narrow) == "tier: it expands to more than it may")
  }

  @Test("counts that are claimed reserve nothing that the bytes could not hold")
  func claims() {
    var claim: [UInt8] = []
    claim.append(varint: UInt64(1) << 62)
    for table in 0..<5 {
      let before = [UInt8](repeating: 0, count: table)
      #expect(error([1] + before + claim + [0, 0, 0]) == "it ends too early")
      // Entries of no bytes, but each of them has a length.
      var many: [UInt8] = []
      many.append(varint: 1_000_000)
      #expect(error([1] + before + many + [0, 0, 0]) == "it ends too early")
    }
    // Lengths that together are more than there is.
    #expect(error([1, 3, 2, 2, 2, 0, 0, 0]) == "it ends too early")
  }

  @Test("selectors are parsed once, and no more of them are kept than the limit says")
  func memo() throws {
    var memo = SelectorMemo(limit: 1000)
    let first = try memo.selector("a == 'b'")
    #expect(memo.count == 1)
    #expect(try memo.selector("a == 'b'") == first)
    #expect(memo.count == 1)
    // Unicode calls these equal.
    #expect(try memo.selector("a == '\u{e9}'") != memo.selector("a == 'e\u{301}'"))
    for index in 0..<1000 {
      _ = try memo.selector("a == 'value-\(index)'")
      #expect(memo.count < 30)
    }
    #expect(throws: (any Error).self) { _ = try memo.selector("a ==") }
  }
}
