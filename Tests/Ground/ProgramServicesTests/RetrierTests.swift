// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ProgramServices
import TestSupport
import Testing

@Suite("What is tried again", .timeLimit(.minutes(1)))
struct RetrierTests {
  private actor Count {
    private(set) var value = 0
    func step() { value += 1 }
  }

  private let time = ManualTime()
  private let count = Count()

  private func retrier() -> Retrier {
    Retrier(clock: time.clock) { [count] in await count.step() }
  }

  /// Lets the time pass until it is tried, and waits until the next time is set.
  private func pass() async -> Duration {
    let pause = await time.sleeper() - time.now
    time.pass(pause)
    _ = await time.sleeper()
    return pause
  }

  @Test("comes with pauses that grow while the same is undone, and begin anew when it is not")
  func pauses() async {
    let retrier = retrier()
    retrier.set(["ns/a"])
    for round in 0..<9 {
      // Nobody has to say it again.
      retrier.set(["ns/a"])
      let bound = min(Duration.milliseconds(250) * (1 << round), .seconds(10))
      let pause = await pass()
      #expect(pause >= bound / 2 && pause <= bound, "round \(round)")
      #expect(await count.value == round + 1)
    }
    retrier.set(["ns/a", "ns/b"])
    #expect(await pass() <= .milliseconds(250))
    for _ in 0..<5 { _ = await pass() }
    retrier.set(["ns/b"])
    #expect(await pass() <= .milliseconds(250))
    retrier.stop()
  }

  @Test("does nothing where nothing is undone")
  func idle() async {
    let retrier = retrier()
    retrier.set([])
    #expect(time.isIdle)
    retrier.set(["ns/a"])
    _ = await pass()
    retrier.set([])
    #expect(time.isIdle)
    time.pass(.seconds(1000))
    #expect(await count.value == 1)
    retrier.stop()
    retrier.set(["ns/a"])
    #expect(time.isIdle)
  }

  @Test("is not put off by changes without end")
  func changes() async {
    let retrier = retrier()
    retrier.set(["ns/0"])
    let due = await time.sleeper()
    for number in 1...8 {
      time.pass(.milliseconds(10))
      retrier.set(["ns/\(number)"])
      #expect(await time.sleeper() <= due)
    }
    time.pass(due - time.now)
    _ = await time.sleeper()
    #expect(await count.value == 1)
    retrier.stop()
  }
}
