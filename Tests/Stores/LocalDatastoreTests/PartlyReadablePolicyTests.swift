// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import TestSupport
import Testing
import ValueTree

@testable import LocalDatastore

@Suite("A policy that another tool has damaged")
struct PartlyReadablePolicyTests {
  @Test("is still delivered, so that what it denies stays denied")
  func delivered() async throws {
    let folder = TemporaryFolder()
    let path = folder.file("datastore.db")
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    var policy = GlobalNetworkPolicy(name: "deny-all")
    policy.spec.order = 4711
    policy.spec.ingress = [Rule(.deny)]
    _ = try await store.create(policy)
    let connection = try SQLiteConnection(path: path, busyMilliseconds: 100)
    try connection.run("UPDATE objects SET value = replace(value, '4711', '\"first\"')")
    let list = try await store.list(ListQuery(.globalNetworkPolicy))
    #expect(list.malformed.isEmpty)
    let read = try #require(list.items.first as? GlobalNetworkPolicy)
    #expect(read.spec.ingress.map(\.action) == [.deny])
    #expect(read.spec.order == nil)
    #expect(read.spec.unknown.map(\.key) == ["order"])
    await store.close()
  }
}
