// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import HostSystem
import LocalDatastore
import Netlink
import TestSupport
import Testing

@Suite("Node worlds", .serialized)
struct NodeWorldTests {
  @Test(
    "whatever happens on a node, what runs keeps running and nothing of others changes", .needsRoot)
  func worlds() async throws {
    // The plugin works in the namespace of the thread that it is called on. A thread that is made
    // by that thread starts there too, and stays: it must not be one that other tests run on.
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      let executor = try ThreadExecutor(name: "worlds")
      let task = Task(executorPreference: executor) { try await Self.runWorlds() }
      try await task.value
    }
    // The seed, and what the worlds met.
    print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self), terminator: "")
  }

  /// Worlds that went wrong are told of until there are so many.
  private static let failureLimit = 4

  private static func runWorlds() async throws {
    let ground = try Ground()
    try ground.moveThread()
    var counts: [String: Int] = [:]
    var failures = 0
    for number in 0..<RunOptions.worlds {
      let seed = RunOptions.seed &+ UInt64(number)
      let problem = try await run(ground, seed: seed, &counts)
      try ground.clean()
      if let problem {
        Issue.record(
          "world \(number), CALICO_TEST_SEED=\(seed) CALICO_TEST_NODE_WORLDS=1:\n\(problem)")
        failures += 1
        if failures == Self.failureLimit { break }
      }
    }
    print(
      "node worlds: "
        + counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        .joined(separator: ", "))
  }

  /// Runs one world; what was wrong in it, with all that had happened.
  private static func run(
    _ ground: Ground, seed: UInt64, _ counts: inout [String: Int]
  ) async throws -> String? {
    let folder = TemporaryFolder()
    for name in ["lib", "run"] { try folder.makeFolder(name) }
    try folder.write("node-1\n", to: "lib/nodename")
    let store = try await LocalDatastore.open(
      path: folder.file("store.db"), durability: .processCrash)
    let world = try await World(
      World.Base(
        ground: ground, store: store,
        runtime: Runtime(
          storePath: folder.file("store.db"), libraryFolder: folder.file("lib"),
          runFolder: folder.file("run"))), seed: seed)
    defer { world.agent.stop() }
    do {
      try await world.run()
    } catch {
      world.wrong("the test itself failed: \(error)")
    }
    counts.merge(world.counts, uniquingKeysWith: +)
    await store.close()
    guard !world.problems.isEmpty else { return nil }
    return world.problems.joined(separator: "\n") + "\nwhat happened:\n"
      + world.history.enumerated().map { "\($0.offset + 1). \($0.element)" }
      .joined(separator: "\n")
  }
}
