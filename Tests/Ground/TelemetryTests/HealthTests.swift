// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Telemetry
import Testing

/// A clock that a test sets.
final class TestClock: Sendable {
  private let time = Mutex(Duration.seconds(1000))
  var now: Duration { time.withLock { $0 } }
  func advance(by duration: Duration) { time.withLock { $0 += duration } }
}

@Suite("Health")
struct HealthTests {
  let clock = TestClock()
  let health: HealthRegistry

  init() {
    let clock = clock
    health = HealthRegistry { clock.now }
  }

  @Test("a process without parts is live and not ready")
  func empty() {
    #expect(health.liveness.isGood)
    #expect(!health.readiness.isGood)
    #expect(health.readiness.reason == "nothing has been started yet")
    #expect(health.readiness.text == "not ok  nothing has been started yet\n")
  }

  @Test("a part is live from the start and ready when it says so")
  func start() {
    health.register("engine", reports: [.live, .ready], timeout: .seconds(10))
    #expect(health.liveness.isGood)
    #expect(!health.readiness.isGood)
    #expect(health.readiness.reason == "engine: has not reported yet")
    health.report("engine", ready: false, detail: "waiting for the store")
    #expect(health.readiness.reason == "engine: waiting for the store")
    health.report("engine", detail: "in sync")
    #expect(health.readiness.isGood && health.readiness.reason == "")
    #expect(health.readiness.text == "ok      engine: in sync\n")
  }

  @Test("a part that falls silent is neither live nor ready until it reports again")
  func silence() {
    health.register("engine", reports: [.live, .ready], timeout: .seconds(10))
    health.report("engine", detail: "in sync")
    clock.advance(by: .seconds(10))
    #expect(health.liveness.isGood && health.readiness.isGood)
    clock.advance(by: .seconds(1))
    let reason = "engine: no report for 11 s; the last one said: in sync"
    #expect(!health.liveness.isGood && health.liveness.reason == reason)
    #expect(!health.readiness.isGood && health.readiness.reason == reason)
    health.report("engine")
    #expect(health.liveness.isGood && health.readiness.isGood)
  }

  @Test("a part that never comes up is not live after its timeout")
  func neverUp() {
    health.register("engine", reports: .live, timeout: .seconds(10))
    clock.advance(by: .seconds(11))
    #expect(health.liveness.reason == "engine: no report for 11 s")
  }

  @Test("a part without timeout may be silent")
  func noTimeout() {
    health.register("settings", reports: .ready)
    health.report("settings")
    clock.advance(by: .seconds(100_000))
    #expect(health.readiness.isGood)
  }

  @Test("a part counts only for what it registered")
  func scope() {
    health.register("live", reports: .live)
    health.register("ready", reports: .ready)
    health.report("live", live: true, ready: false)
    health.report("ready", live: false, ready: true)
    #expect(health.liveness.isGood && health.readiness.isGood)
    #expect(health.liveness.parts.map(\.name) == ["live"])
    health.report("live", live: false, detail: "stuck")
    #expect(health.liveness.reason == "live: stuck" && health.readiness.isGood)
  }

  @Test("all that are not well are named, and those taken out no longer count")
  func several() {
    for name in ["c", "a", "b"] { health.register(name, reports: .ready) }
    health.report("b", detail: "fine")
    health.report("c", ready: false)
    #expect(health.readiness.reason == "a: has not reported yet; c")
    #expect(
      health.readiness.text == "not ok  a: has not reported yet\nok      b: fine\nnot ok  c\n")
    health.unregister("a")
    health.unregister("c")
    health.report("c", ready: false)
    #expect(health.readiness.isGood)
  }

  @Test("notes are shown with both states and change neither; a note is one line")
  func notes() {
    health.register("a", reports: [.live, .ready])
    health.report("a")
    health.note("store", "read-only\nsince noon")
    health.note("BGP", "off")
    #expect(health.liveness.isGood && health.readiness.isGood)
    #expect(
      health.readiness.text
        == "ok      a\nnote    BGP: off\nnote    store: read-only\\nsince noon\n")
    health.note("store", nil)
    #expect(health.liveness.notes == ["BGP: off"])
  }

  @Test("the own clock moves forward")
  func ownClock() {
    let first = HealthRegistry.monotonicTime()
    #expect(first > .zero && HealthRegistry.monotonicTime() >= first)
  }
}
