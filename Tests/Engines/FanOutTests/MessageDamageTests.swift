// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import TestSupport
import Testing

@testable import FanOut

@Suite struct MessageDamageTests {
  /// How many inputs are tried: `CALICO_TEST_FRAMES`.
  private static let inputs =
    getenv("CALICO_TEST_FRAMES").flatMap { Int(String(cString: $0)) } ?? 50_000

  /// Whatever the bytes are: an error of one line, or a message that is the same when it is said again.
  private static func judge(_ content: ArraySlice<UInt8>, _ place: @autoclosure () -> Comment)
    -> Bool
  {
    do throws(TyphaProtocolError) {
      let message = try TyphaMessage(content)
      if case .frame(let packed) = message {
        do throws(TyphaProtocolError) {
          let frame = try packed.unpacked()
          if frame.count != packed.size { Issue.record(place()) }
        } catch {
          check(error, place())
        }
      }
      let again = try TyphaMessage(message.content)
      if again != message { Issue.record(place()) }
      return true
    } catch {
      check(error, place())
      return false
    }
  }

  private static func check(_ error: TyphaProtocolError, _ place: @autoclosure () -> Comment) {
    let text = "\(error)"
    if text.isEmpty || text.utf8.count > 1000 || text.utf8.contains(10) { Issue.record(place()) }
  }

  @Test
  func
    `a message that is cut anywhere is an error, but for a frame, whose bytes are counted later`()
  {
    for message in SampleMessages.all {
      let content = message.content
      for count in 0..<content.count {
        let cut = content.prefix(count)
        let isSound = Self.judge(cut, "\(message) cut to \(count)")
        guard case .frame = message, count >= 6 else {
          #expect(!isSound, "\(message) cut to \(count)")
          continue
        }
        guard case .frame(let packed) = try? TyphaMessage(cut) else { continue }
        #expect(throws: TyphaProtocolError.self) { try packed.unpacked() }
      }
    }
  }

  @Test func `a byte that is another is an error, or another message`() {
    let isLong = Self.inputs > 1_000_000
    var sound = 0
    var tried = 0
    for message in SampleMessages.all {
      let content = Array(message.content)
      for place in content.indices {
        let old = content[place]
        let few: Set<UInt8> = [0, 1, 0x22, 0x5b, 0x7f, 0x80, 0xff, old ^ 1, old ^ 0x20, old &+ 1]
        for new in isLong ? Set(0...255) : few where new != old {
          var changed = content
          changed[place] = new
          tried += 1
          if Self.judge(changed[...], "\(message), byte \(place) is \(new)") { sound += 1 }
        }
      }
    }
    // Some only change what is said; were it all of them or none, nothing was tried.
    #expect(sound > 0)
    #expect(sound < tried)
  }

  @Test
  func `random bytes, and messages that are changed, spliced and cut, never do more than fail`() {
    let seed = SplitMix64.seed(for: "MessageDamageTests.fuzz")
    var sound: [[UInt8]] = []
    var passed = 0
    for input in 0..<Self.inputs {
      var random = SplitMix64(seed: seed &+ UInt64(input))
      if input % 50 == 0 {
        sound.append(Array(SampleMessages.random(&random).content))
        if sound.count > 60 { sound.removeFirst() }
      }
      var bytes = random.pick(sound)
      switch random.below(6) {
      case 0:
        bytes =
          [UInt8(random.below(10))] + (0..<random.below(64)).map { _ in UInt8(random.below(256)) }
      case 1:
        for _ in 0...random.below(4) {
          let place = random.below(bytes.count)
          bytes[place] = random.pick([0, 0x22, 0x80, 0xff, bytes[place] ^ 1, bytes[place] &+ 1])
        }
      case 2:
        let other = random.pick(sound)
        bytes =
          bytes.prefix(random.below(bytes.count)) + other.suffix(random.below(other.count))
      case 3: bytes.remove(at: random.below(bytes.count))
      case 4: bytes[0] = UInt8(1 + random.below(8))
      default:
        let place = random.below(bytes.count)
        bytes.insert(contentsOf: bytes.suffix(random.below(9)), at: place)
      }
      if Self.judge(bytes[...], "input \(input)") { passed += 1 }
    }
    #expect(passed > 0)
    #expect(passed < Self.inputs)
  }

  @Test
  func
    `what unpacks to more than is said is refused at what is said, and more than the limit never`()
    throws
  {
    let zeros = [UInt8](repeating: 0, count: PackedFrame.sizeLimit)
    let bomb = try #require(Compression.deflated(zeros))
    for size in [1, 256, bomb.count, zeros.count - 1] {
      #expect(Compression.inflated(bomb[...], size: size) == nil)
    }
    var packed = PackedFrame(packing: [], .none)
    (packed.compression, packed.packed) = (.zlib, bomb)
    for size in [zeros.count + 1, 1 << 30, Int(UInt32.max)] {
      packed.size = size
      #expect(
        throws: TyphaProtocolError("a frame has \(size) bytes, more than \(PackedFrame.sizeLimit)")
      ) {
        try TyphaMessage(TyphaMessage.frame(packed).content)
      }
    }
  }
}
