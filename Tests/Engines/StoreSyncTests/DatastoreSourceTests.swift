// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import PolicyModel
import Resources
import StoreSync
import SyncModel
import Synchronization
import Testing

@Suite("A datastore as the source of updates")
struct DatastoreSourceTests {
  /// Gives batches one after the other.
  private final class Script: ChangeSource {
    private let batches: Mutex<[SyncBatch]>

    init(_ batches: [SyncBatch]) { self.batches = Mutex(batches) }

    func run() async {}

    func next() async -> SyncBatch? {
      batches.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
  }

  private func batch(
    _ changes: [ResourceChange], _ status: SyncStatus = .inSync, isNew: Bool = false
  ) -> SyncBatch {
    SyncBatch(changes: changes, status: status, isStatusNew: isNew)
  }

  private func all(_ batches: [SyncBatch]) async -> [UpdateBatch] {
    let source: any SyncSource = DatastoreSource(Script(batches))
    var result: [UpdateBatch] = []
    while let batch = await source.next() { result.append(batch) }
    return result
  }

  private func policy(_ name: String, selector: String = "all()") -> ResourceChange {
    var policy = GlobalNetworkPolicy(name: name)
    policy.spec.selector = selector
    return .set(policy)
  }

  private func endpoint(_ node: String, network: String) -> ResourceChange {
    var endpoint = WorkloadEndpoint(name: "e", namespace: "ns")
    endpoint.spec.node = node
    endpoint.spec.interfaceName = "cali1"
    endpoint.spec.ipNetworks = [network]
    return .set(endpoint)
  }

  /// What an update is of.
  private func name(_ update: SyncUpdate) -> String {
    switch update {
    case .policy(let id, let value): "\(value == nil ? "-" : "")\(id.name)"
    case .tier(let name, let value): "\(value == nil ? "-" : "")\(name)"
    case .inSync: "in sync"
    default: "?"
    }
  }

  @Test("is one stream in the order of the changes, with the mark last whenever it is in sync anew")
  func order() async {
    let batches = await all([
      batch([], .resyncInProgress, isNew: true),
      batch([policy("b"), .set(Tier(name: "t")), policy("a")], .resyncInProgress),
      batch([policy("c")], isNew: true),
      batch([.removed(ResourceKey(kind: .globalNetworkPolicy, name: "b")), policy("a")]),
      batch([], .waitForDatastore, isNew: true),
      batch([], isNew: true),
    ])
    #expect(
      batches.map { $0.updates.map(name) } == [
        [], ["b", "t", "a"], ["c", "in sync"], ["-b", "a"], [], ["in sync"],
      ])
    #expect(
      batches.map(\.status) == [
        .resyncInProgress, .resyncInProgress, .inSync, .inSync, .waitForDatastore, .inSync,
      ])
    #expect(batches.map(\.isStatusNew) == [true, false, true, false, true, true])
    #expect(batches.allSatisfy { $0.findings.isEmpty })
  }

  @Test(
    "what there is to say of an object comes with its updates, and once more when that is nothing")
  func findings() async throws {
    let key = ResourceKey(kind: .globalNetworkPolicy, name: "a")
    let batches = await all([
      batch([policy("a", selector: "has("), policy("b")], isNew: true),
      batch([policy("b")]), batch([policy("a")]), batch([policy("a")]),
      batch([policy("a", selector: "has(")]), batch([.removed(key)]), batch([.removed(key)]),
    ])
    #expect(
      batches.map { $0.findings.map { "\($0.key.name) \($0.isEmpty(on: "n1"))" } } == [
        ["a false"], [], ["a true"], [], ["a false"], ["a true"], [],
      ])
    let found = try #require(batches.first?.findings.first)
    #expect(found.key == key && found.problems.map(\.field) == ["spec.selector"])
  }

  @Test("what is wrong with an endpoint is its node's to say")
  func others() async throws {
    let batches = await all([
      batch([endpoint("n2", network: "x")], isNew: true), batch([endpoint("n1", network: "x")]),
      batch([endpoint("", network: "x")]),
    ])
    let found = try batches.map { try #require($0.findings.first) }
    #expect(found.map(\.node) == ["n2", "n1", nil])
    #expect(found.map { $0.isEmpty(on: "n1") } == [true, false, false])
    #expect(found.allSatisfy { !$0.problems.isEmpty })
  }
}
