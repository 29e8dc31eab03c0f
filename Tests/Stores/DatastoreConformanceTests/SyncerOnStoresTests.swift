// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import HostSystem
import Resources
import StoresUnderTest
import Synchronization
import TestSupport
import Testing

/// Operations of one run; what CALICO_TEST_OPERATIONS says has as long as it takes.
private let askedOperations = getenv("CALICO_TEST_OPERATIONS").flatMap { Int(String(cString: $0)) }

@Suite(
  "A syncer on a real store ends with what is in it", .serialized,
  .timeLimit(.minutes(askedOperations == nil ? 5 : 120)))
struct SyncerOnStoresTests {
  private static let kinds: [Kind] = [.globalNetworkSet, .networkSet]

  private static let operations = askedOperations ?? 1_500

  @Test("after random writes with faults in between", arguments: StoreUnderTest.all)
  func faults(_ subject: StoreUnderTest) async throws {
    let seed = SplitMix64.seed(for: "a syncer on \(subject.testDescription)")
    try await subject.withEmpty { store in
      let syncer = Syncer(
        store, kinds: Self.kinds,
        backoff: Backoff(first: .milliseconds(5), longest: .milliseconds(200)))
      let running = Task { await syncer.run() }
      let writing = Task { try await Self.write(to: subject, seed: seed) }
      var view = SyncView()
      let expected = Mutex<[ResourceKey: String]?>(nil)
      let finishing = Task {
        try await writing.value
        let contents = try await Self.contents(of: subject)
        expected.withLock { $0 = contents }
      }
      await view.follow(syncer) { view in
        if view.contents()["marker"] == nil || view.contents(.networkSet)["marker"] == nil {
          return false
        }
        // The last writes have come; so has the truth, or it will in a moment.
        _ = await finishing.result
        return view.status == .inSync
          && expected.withLock { $0 } == view.resources.mapValues(\.revision)
      }
      try await finishing.value
      #expect(view.statuses.contains(.inSync))
      #expect(syncer.health.malformed == 0)
      running.cancel()
      await running.value
    }
  }

  /// Writes at random, with a fault now and then, and markers at the end.
  private static func write(to subject: StoreUnderTest, seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    let store = try await subject.openAgain()
    var fault = 0
    for step in 0..<operations {
      if step % max(1, operations / 12) == 7 {
        fault += 1
        try await subject.disturb(fault)
      }
      let name = "n\(Int.random(in: 0..<40, using: &random))"
      let isGlobal = Bool.random(using: &random)
      let key = isGlobal ? sampleKey(name) : sampleKey("n", name)
      // What fails in a fault, or because of what is there, is nothing to the test: it compares
      // with what the store has in the end.
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        _ = try? await store.create(
          isGlobal ? sample(name, "\(step)") : sample("n", name, "\(step)"))
      case 1:
        guard var present = try? await store.get(key) else { continue }
        present.metadata.annotations["content"] = "\(step)"
        _ = try? await store.update(present)
      default: _ = try? await store.delete(key, revision: nil)
      }
    }
    for marker: any Resource in [sample("marker", "end"), sample("n", "marker", "end")] {
      try await persist(marker, in: store)
    }
    await store.close()
  }

  private static func persist(_ resource: any Resource, in store: any Datastore) async throws {
    for _ in 0..<100 {
      do {
        _ = try await store.create(resource)
        return
      } catch DatastoreError.unavailable {
        continue
      } catch DatastoreError.alreadyExists {
        return
      }
    }
    Issue.record("\(resource.key) cannot be written")
  }

  private static func contents(of subject: StoreUnderTest) async throws -> [ResourceKey: String] {
    let store = try await subject.openAgain()
    var contents: [ResourceKey: String] = [:]
    for kind in kinds {
      for resource in try await store.list(ListQuery(kind)).items {
        contents[resource.key] = resource.revision
      }
    }
    await store.close()
    return contents
  }

  @Test("after deletions that it could not see", arguments: StoreUnderTest.all)
  func gap(_ subject: StoreUnderTest) async throws {
    try await subject.withEmpty { store in
      for index in 0..<20 { _ = try await store.create(sample("n\(index)", "1")) }
      let syncer = Syncer(
        store, kinds: [.globalNetworkSet],
        backoff: Backoff(first: .milliseconds(1), longest: .milliseconds(50)))
      let running = Task { await syncer.run() }
      var view = SyncView()
      await view.follow(syncer) { $0.status == .inSync }
      #expect(view.contents().count == 20)
      let writer = try await subject.openAgain()
      for round in 0..<3 {
        try await subject.disturb(2)
        for index in 0..<5 {
          try await writer.delete(sampleKey("n\(round * 5 + index)"), revision: nil)
        }
        try await subject.disturb(2)
        try await subject.disturb(0)
      }
      _ = try await writer.create(sample("marker", "end"))
      await view.follow(syncer) { $0.contents()["marker"] != nil && $0.contents().count == 6 }
      #expect(Set(view.contents().keys) == ["n15", "n16", "n17", "n18", "n19", "marker"])
      running.cancel()
      await running.value
      await writer.close()
    }
  }
}
