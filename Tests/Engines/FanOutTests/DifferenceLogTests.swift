// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import HostSystem
import TestSupport
import Testing

@Suite struct DifferenceLogTests {
  private func log(age: Int = 10, bytes: Int = 100, last: Int = 0) -> DifferenceLog<String> {
    DifferenceLog(bounds: .init(age: .seconds(age), bytes: bytes), last: last)
  }

  private func payloads<P>(_ log: DifferenceLog<P>) -> [P] {
    var found: [P] = []
    var sequence = log.reach
    while let entry = log.next(after: sequence) {
      found.append(entry.payload)
      sequence = entry.sequence
    }
    return found
  }

  @Test func `differences have numbers without gaps, and are found by the one before`() {
    var log = log(last: 41)
    #expect(log.last == 41)
    #expect(log.reach == 41)
    #expect(log.next(after: 41) == nil)
    log.append("a", bytes: 1, at: .zero)
    log.append("b", bytes: 2, at: .seconds(1))
    #expect(log.last == 43)
    #expect(log.count == 2)
    #expect(log.bytes == 3)
    #expect(log.next(after: 41)?.payload == "a")
    #expect(log.next(after: 42)?.sequence == 43)
    #expect(log.next(after: 42)?.bytes == 2)
    #expect(log.next(after: 42)?.time == .seconds(1))
    for sequence in [43, 44, 40, 0, -1, .max, .min] { #expect(log.next(after: sequence) == nil) }
  }

  @Test func `what is older than the age falls out, and what is as old stays`() {
    var log = log(age: 10)
    for second in 0..<4 { log.append("\(second)", bytes: 1, at: .seconds(second)) }
    log.trim(at: .seconds(10))
    #expect(payloads(log) == ["0", "1", "2", "3"])
    log.trim(at: .seconds(11))
    #expect(payloads(log) == ["1", "2", "3"])
    log.append("4", bytes: 1, at: .seconds(13))
    #expect(payloads(log) == ["3", "4"])
    #expect(log.reach == 3)
    #expect(log.next(after: 2) == nil)
  }

  @Test func `the oldest fall out while there is more than fits`() {
    var log = log(bytes: 10)
    for name in ["a", "b", "c"] { log.append(name, bytes: 4, at: .zero) }
    #expect(payloads(log) == ["b", "c"])
    #expect(log.bytes == 8)
    log.append("d", bytes: 2, at: .zero)
    #expect(payloads(log) == ["b", "c", "d"])
    log.append("e", bytes: 9, at: .zero)
    #expect(payloads(log) == ["e"])
  }

  @Test func `the newest stays, however large and old it is`() {
    var log = log(age: 1, bytes: 10)
    log.append("a", bytes: 1, at: .zero)
    log.append("b", bytes: 1000, at: .zero)
    log.trim(at: .seconds(1_000_000))
    #expect(payloads(log) == ["b"])
    #expect(log.bytes == 1000)
    #expect(log.reach == 1)
    log.append("c", bytes: 1, at: .seconds(1_000_000))
    #expect(payloads(log) == ["c"])
    #expect(log.bytes == 1)
  }

  @Test func `random differences are as a plain list says`() {
    let seed = SplitMix64.seed(for: "DifferenceLogTests.model")
    for trial in 0..<50 {
      var random = SplitMix64(seed: seed &+ UInt64(trial))
      let bounds = DifferenceLog<Int>.Bounds(
        age: .seconds(random.below(20)), bytes: random.below(200))
      var log = DifferenceLog<Int>(bounds: bounds, last: random.below(5))
      var model: [(sequence: Int, time: Duration, bytes: Int)] = []
      var last = log.last
      var now = Duration.zero
      for step in 0..<200 {
        let place: Comment = "trial \(trial), step \(step)"
        now += .seconds(random.below(4))
        if random.chance(70) {
          let bytes = random.below(60)
          last += 1
          log.append(last, bytes: bytes, at: now)
          model.append((last, now, bytes))
        } else {
          log.trim(at: now)
        }
        // What may stay is the longest end that is young and small enough, or the newest alone.
        let young = model.drop { $0.time + bounds.age < now }
        var kept = young.count
        while kept > 0, young.suffix(kept).reduce(0, { $0 + $1.bytes }) > bounds.bytes { kept -= 1 }
        model = model.suffix(max(kept, 1))
        #expect(log.count == model.count, place)
        #expect(log.bytes == model.reduce(0) { $0 + $1.bytes }, place)
        #expect(log.last == last, place)
        #expect(log.reach == (model.first.map { $0.sequence - 1 } ?? last), place)
        for sequence in log.reach - 3...last + 3 {
          let entry = log.next(after: sequence)
          let wanted = model.first { $0.sequence == sequence + 1 }
          #expect(entry?.payload == wanted?.sequence, place)
          #expect(entry?.sequence == wanted?.sequence, place)
          #expect(entry?.time == wanted?.time, place)
          #expect(entry?.bytes == wanted?.bytes, place)
        }
      }
    }
  }
}
