// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import LocalDatastore
import Resources
import TestSupport
import Testing

@Suite("The change log of a local datastore", .timeLimit(.minutes(2))) struct ChangeLogTests {
  let folder = TemporaryFolder()
  let query = ListQuery(.globalNetworkSet)
  var path: String { folder.file("datastore.db") }

  private func open(kept: Int = 10_000, slack: Int = 1_000) async throws -> LocalDatastore {
    var options = LocalDatastore.Options(durability: .processCrash)
    options.changesKept = kept
    options.changesSlack = slack
    return try await LocalDatastore.open(path: path, options: options)
  }

  private func failureToWatch(_ store: LocalDatastore, from revision: String) async -> String? {
    do {
      _ = try await store.watch(query, from: revision)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("ends a watch from before what it still has") func compaction() async throws {
    let store = try await open()
    let start = try await store.list(query).revision
    for index in 0..<5 { _ = try await store.create(sample("n\(index)", "\(index)")) }
    try await store.compact(keep: 3)
    let message = try #require(await failureToWatch(store, from: start))
    #expect(message.contains("watch terminated"))
    // The last three follow revision start + 2.
    let oldest = try #require(Int(start)) + 2
    #expect(await failureToWatch(store, from: "\(oldest - 1)") != nil)
    var events = EventReader(try await store.watch(query, from: "\(oldest)"))
    #expect(try await events.next(3) == ["set n2=2", "set n3=3", "set n4=4"])
    try await store.compact(keep: 0)
    let end = try await store.list(query).revision
    var later = EventReader(try await store.watch(query, from: end))
    _ = try await store.create(sample("new", "1"))
    #expect(try await later.next() == "set new=1")
    await store.close()
  }

  @Test("ends a watch that fell behind, and not one that kept up")
  func compactionDuringWatch() async throws {
    let store = try await open()
    let start = try await store.list(query).revision
    var fast = EventReader(try await store.watch(query, from: start))
    var slow = EventReader(try await store.watch(query, from: start))
    _ = try await store.create(sample("a", "1"))
    #expect(try await fast.next() == "set a=1")
    #expect(try await slow.next() == "set a=1")
    _ = try await store.create(sample("b", "1"))
    _ = try await store.create(sample("c", "1"))
    #expect(try await fast.next(2) == ["set b=1", "set c=1"])
    try await store.compact(keep: 0)
    _ = try await store.create(sample("d", "1"))
    #expect(try await fast.next() == "set d=1")
    await #expect(throws: DatastoreError.self) { while try await slow.next() != nil {} }
    await store.close()
  }

  @Test("is shortened by writing") func bounded() async throws {
    let store = try await open(kept: 50, slack: 10)
    for index in 0..<200 {
      _ = try await store.create(sample("n\(index)"))
      let end = try #require(Int(try await store.list(query).revision))
      #expect(await failureToWatch(store, from: "\(max(1, end - 50))") == nil, "50 are kept")
      if end > 63 {
        #expect(await failureToWatch(store, from: "\(end - 62)") != nil, "no more than 61 are")
      }
    }
    await store.close()
  }

  @Test("knows no revision that is to come") func future() async throws {
    let store = try await open()
    #expect(await failureToWatch(store, from: "2")?.contains("no revision 2 yet") == true)
    #expect(await failureToWatch(store, from: "-1") != nil)
    await store.close()
  }

  @Test("shows a slow watch only the last of many writes of a key") func merging() async throws {
    let store = try await open()
    let start = try await store.list(query).revision
    var events = EventReader(try await store.watch(query, from: start))
    var set = try await store.created(sample("a", "0"))
    #expect(try await events.next() == "set a=0")
    #expect(try await events.nextProgress() != nil)
    for index in 1...300 {
      set.metadata.annotations["content"] = "\(index)"
      set = try await store.updated(set)
    }
    #expect(try await events.next() == "set a=300")
    await store.close()
  }

  @Test("is read in pieces, with nothing lost between them") func pieces() async throws {
    let store = try await open()
    let start = try await store.list(query).revision
    var expected: [String] = []
    for round in 0..<4 {
      try await store.commit(
        (0..<400).flatMap { index -> [WriteOperation] in
          expected.append("set n\(round)-\(index)=")
          return [
            .create(sample("n\(round)-\(index)")), .create(sample("x", "n\(round)-\(index)", "")),
          ]
        })
    }
    var events = EventReader(try await store.watch(query, from: start))
    #expect(try await events.next(1600) == expected)
    await store.close()
  }

  @Test("tells a watch of a quiet kind how far it is") func quietKind() async throws {
    let store = try await open()
    let start = try await store.list(query).revision
    var events = EventReader(try await store.watch(query, from: start))
    try await store.commit((0..<600).map { .create(sample("n", "n\($0)", "")) })
    let progress = try #require(try await events.nextProgress())
    try await store.compact(keep: 0)
    #expect(await failureToWatch(store, from: progress) == nil)
    await store.close()
  }

  @Test("still wakes watches after the doorbell was removed") func lostDoorbell() async throws {
    let store = try await open()
    let start = try await store.list(query).revision
    var events = EventReader(try await store.watch(query, from: start))
    for index in 0..<3 {
      unlink(path + ".doorbell")
      _ = try await store.create(sample("n\(index)", "1"))
      #expect(try await events.next() == "set n\(index)=1")
    }
    await store.close()
  }

  @Test("begins anew, as does the store, when another database is put in its place")
  func replaced() async throws {
    let store = try await open()
    _ = try await store.create(sample("old"))
    let start = try await store.list(query).revision
    let stream = try await store.watch(query, from: start)
    let waiting = Task {
      var events = EventReader(stream)
      return try await events.next() ?? "ended"
    }
    // Its revisions go on where those of the old one end, but they are others.
    let other = try await LocalDatastore.open(
      path: folder.file("other.db"), durability: .processCrash)
    for index in 0..<5 { _ = try await other.create(sample("new\(index)")) }
    await other.close()
    #expect(rename(folder.file("other.db"), path) == 0)
    for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
    await #expect(throws: DatastoreError.self) { try await waiting.value }
    #expect(
      try await store.all(GlobalNetworkSet.self).map(\.key.name)
        == ["new0", "new1", "new2", "new3", "new4"])
    _ = try await store.create(sample("newer"))
    await store.close()
    let again = try await open()
    #expect(try await again.all(GlobalNetworkSet.self).count == 6)
    await again.close()
  }

  @Test("ends when the file was removed, which nobody takes for an empty one")
  func removed() async throws {
    let store = try await open()
    _ = try await store.create(sample("old"))
    let stream = try await store.watch(query, from: try await store.list(query).revision)
    let waiting = Task {
      var events = EventReader(stream)
      return try await events.next() ?? "ended"
    }
    for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
    await #expect(throws: DatastoreError.self) { try await waiting.value }
    for attempt in 0..<2 {
      let error = await #expect(throws: DatastoreError.self) {
        try await store.all(GlobalNetworkSet.self)
      }
      guard case .unavailable(let reason) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reason.hasPrefix(path))
      #expect(access(path, F_OK) != 0 || attempt == 1)
      // Nor is an empty file a datastore, to whoever had one there before.
      try folder.write("", to: String(path.dropFirst(folder.path.count + 1)))
    }
    // Whoever opens it anew may fill it.
    let other = try await open()
    _ = try await other.create(sample("new"))
    #expect(try await store.all(GlobalNetworkSet.self).map(\.key.name) == ["new"])
    await store.close()
    await other.close()
  }
}
