// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import LocalDatastore
import Resources
import TestSupport
import Testing

@Suite("Many at once in one file") struct ConcurrencyTests {
  /// Each task is a host with its own connection, or (`sameHost`) a plugin on one host.
  @Test(
    "give each address once and lose none", arguments: [true, false], [true, false])
  func twentyTasks(atomic: Bool, sameHost: Bool) async throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/ipam.db"
    func open() async throws -> any Datastore {
      let store = try await LocalDatastore.open(path: path, durability: .processCrash)
      return WrappedDatastore(store, commitsAtomically: atomic)
    }
    // 20 hosts get 16 blocks: some borrow.
    let world = try await World(open(), pools: [World.pool("10.0.0.0/24", blockSize: 28)])
    let kept = try await withThrowingTaskGroup(of: [(String, IPAddress)].self) { group in
      for task in 0..<20 {
        group.addTask {
          let store = try await open()
          let ipam = IPAMClient(store: store, clock: world.time.clock)
          var mine: [(String, IPAddress)] = []
          for step in 0..<6 {
            let handle = "h\(task)-\(step)"
            let result = try await ipam.autoAssign(
              AutoAssignRequest(
                host: sameHost ? "a" : "host\(task)", handle: handle, v4Count: 2))
            if let failure = result.failure { throw failure }
            if step.isMultiple(of: 2) {
              _ = try await ipam.release(handle: handle)
            } else {
              mine += result.v4.assignments.map { (handle, $0.address) }
            }
          }
          await store.close()
          return mine
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(kept.count == 120)
    #expect(Set(kept.map(\.1)).count == 120)
    let stored = try await world.ipam.allocations()
    #expect(
      Dictionary(uniqueKeysWithValues: stored.map { ($0.address, $0.handle) })
        == Dictionary(uniqueKeysWithValues: kept.map { ($1, $0) }))
    try await world.expectClean()
    await world.store.close()
  }
}
