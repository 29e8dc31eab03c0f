// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Testing

@Suite("A value that threads share", .timeLimit(.minutes(1)))
struct MonitorTests {
  @Test("is changed by one at a time")
  func exclusive() throws {
    let monitor = Monitor(0)
    let threads = try (0..<4).map { _ in
      try HostThread(name: "adder") {
        for _ in 0..<10_000 { monitor.withLock { $0 += 1 } }
      }
    }
    for thread in threads { thread.join() }
    #expect(monitor.withLock { $0 } == 40_000)
  }

  @Test("wakes whoever waits for it, also by what another took while it waited")
  func turns() throws {
    let monitor = Monitor(0)
    let other = try HostThread(name: "odd") {
      for turn in 0..<1000 {
        monitor.wait { value -> Void? in
          guard value == 2 * turn + 1 else { return nil }
          value += 1
          return ()
        }
      }
    }
    for turn in 0..<1000 {
      let isTaken = monitor.wait(atMost: .seconds(3600)) { value -> Bool? in
        guard value == 2 * turn else { return nil }
        value += 1
        return true
      }
      #expect(isTaken == true)
    }
    other.join()
    #expect(monitor.withLock { $0 } == 2000)
  }

  @Test(
    "is waited for no longer than was said, and looked at once at least",
    arguments: [.zero, .nanoseconds(1), .milliseconds(1), .seconds(-1)] as [Duration])
  func limit(_ limit: Duration) {
    let monitor = Monitor(7)
    #expect(monitor.wait(atMost: limit) { $0 == 8 ? true : nil } == nil)
    #expect(monitor.wait(atMost: limit) { $0 == 7 ? true : nil } == true)
  }

  @Test("a path that no socket's address can hold is refused and not cut")
  func longPath() {
    for (length, code) in [(1, 0), (107, 0), (108, ENAMETOOLONG), (5000, ENAMETOOLONG)] {
      var path = ""
      let result = withUnixAddress(String(repeating: "x", count: length)) { address, size in
        path = UnsafeRawPointer(address).load(as: sockaddr_un.self).sun_path.0 == 120 ? "x" : ""
        return size == MemoryLayout<sockaddr_un>.size ? 0 : -1
      }
      #expect(result == code && (path == "x") == (code == 0), "\(length)")
    }
  }
}
