// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Testing

@Suite("A signal", .timeLimit(.minutes(1))) struct SignalTests {
  @Test("that was raised before the wait is not missed") func raisedBefore() async {
    let signal = Signal()
    let generation = signal.generation
    signal.raise()
    await signal.wait(after: generation)
    #expect(signal.generation != generation)
  }

  @Test("wakes all who wait") func wakesAll() async {
    let signal = Signal()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        let generation = signal.generation
        group.addTask { await signal.wait(after: generation) }
      }
      group.addTask { signal.raise() }
    }
  }

  @Test("does not hold a cancelled task") func cancelled() async {
    let signal = Signal()
    let generation = signal.generation
    let before = Task { await signal.wait(after: generation) }
    before.cancel()
    await before.value
    #expect(signal.generation == generation)
  }

  @Test("hands a value over many times without losing one") func pingPong() async {
    let (there, back) = (Signal(), Signal())
    async let echo: Void = {
      for _ in 0..<2000 {
        let generation = there.generation
        back.raise()
        await there.wait(after: generation)
      }
    }()
    var seen: UInt64 = 0
    for _ in 0..<2000 {
      await back.wait(after: seen)
      seen += 1
      there.raise()
    }
    await echo
    #expect(back.generation == 2000)
  }
}
