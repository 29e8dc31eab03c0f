// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ProgramServices
import TestSupport
import Testing

@Suite("What is done every so often")
struct PeriodicTests {
  private actor Count {
    private(set) var value = 0
    func step() { value += 1 }
  }

  @Test("comes in its interval however often the interval is set anew")
  func interval() async {
    let time = ManualTime()
    let count = Count()
    let periodic = Periodic(clock: time.clock) { await count.step() }
    await periodic.set(.seconds(90))
    #expect(await time.sleeper() == .seconds(90))
    // Settings change every half a minute, back and forth.
    for (interval, end) in [(100, 100), (90, 90)] {
      time.pass(.seconds(30))
      await periodic.set(.seconds(interval))
      #expect(await time.sleeper() == .seconds(end))
      #expect(await count.value == 0)
    }
    time.pass(.seconds(30))
    #expect(await time.sleeper() == .seconds(180), "90 seconds have passed: it was done")
    #expect(await count.value == 1)
    // A shorter one that is over already is done at once.
    time.pass(.seconds(50))
    await periodic.set(.seconds(40))
    #expect(await time.sleeper() == .seconds(180))
    #expect(await count.value == 2)
    await periodic.stop()
    time.pass(.seconds(1000))
    #expect(await count.value == 2)
  }
}
