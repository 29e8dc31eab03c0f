// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Testing

@Suite("An actor's own thread")
struct ThreadExecutorTests {
  private actor Counter {
    private nonisolated let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor {
      executor.asUnownedSerialExecutor()
    }
    private(set) var threads: Set<pthread_t> = []
    private(set) var count = 0

    init(_ executor: ThreadExecutor) { self.executor = executor }

    func work() {
      threads.insert(pthread_self())
      count += 1
    }
  }

  @Test("runs everything on one thread, one after the other")
  func serial() async throws {
    let executor = try ThreadExecutor(name: "counter")
    let counter = Counter(executor)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<200 { group.addTask { await counter.work() } }
    }
    #expect(await counter.count == 200)
    #expect(await counter.threads.count == 1)
    executor.stop()
    // A second time does nothing.
    executor.stop()
  }

  @Test("ends with the executor that nobody holds any more")
  func released() async throws {
    weak var gone: ThreadExecutor?
    try await {
      let executor = try ThreadExecutor(name: "released")
      gone = executor
      await Counter(executor).work()
    }()
    // The last job may be on its way out on the thread itself.
    for _ in 0..<1000 where gone != nil { try await Task.sleep(for: .milliseconds(1)) }
    #expect(gone == nil)
  }
}
