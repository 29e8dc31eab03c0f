// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoresUnderTest
import Testing

/// What a test stands on: a store in memory, or one of those that programs use.
struct Ground: Sendable, CustomTestStringConvertible {
  static let all = [memory(commits: true), memory(commits: false)] + StoreUnderTest.all.map(store)

  let testDescription: String
  private let run: @Sendable ((any Datastore) async throws -> Void) async throws -> Void

  private static func memory(commits: Bool) -> Ground {
    Ground(testDescription: "memory, commits \(commits)") { body in
      try await body(MemoryDatastore(commitsAtomically: commits))
    }
  }

  private static func store(_ subject: StoreUnderTest) -> Ground {
    Ground(testDescription: subject.testDescription) { try await subject.withEmpty($0) }
  }

  private init(
    testDescription: String,
    run: @escaping @Sendable ((any Datastore) async throws -> Void) async throws -> Void
  ) {
    self.testDescription = testDescription
    self.run = run
  }

  /// Runs a body with a world of these pools, in which nothing has happened.
  func withWorld(
    pools: [IPPool] = [World.pool("10.0.0.0/24")], _ body: (World) async throws -> Void
  ) async throws {
    try await run { store in try await body(World(store, pools: pools)) }
  }
}
