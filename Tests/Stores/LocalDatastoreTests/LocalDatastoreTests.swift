// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import LocalDatastore
import Resources
import TestSupport
import Testing

@Suite("The local datastore") struct LocalDatastoreTests {
  let folder = TemporaryFolder()

  @Test("narrows a list by any begin of any name, and finds it again") func names() async throws {
    let path = folder.file("datastore.db")
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    for name in ["node1-x", "node_-x", "node%-x", "Node1-x", "node/x", "no"] {
      _ = try await store.create(sample("a", name, name))
      #expect(try await store.get(NetworkSet.self, name, namespace: "a").content == name)
    }
    func names(_ prefix: String) async throws -> [String] {
      try await store.list(ListQuery(.networkSet, namespace: "a", namePrefix: prefix))
        .items.map(\.key.name)
    }
    #expect(try await names("node_") == ["node_-x"])
    #expect(try await names("node%") == ["node%-x"])
    #expect(try await names("Node") == ["Node1-x"])
    #expect(try await names("node/") == ["node/x"])
    #expect(try await names("node").count == 4)
    await store.close()
  }

  @Test("a watch of names that begin so hears of no others")
  func watchedNames() async throws {
    let store = try await LocalDatastore.open(
      path: folder.file("datastore.db"), durability: .processCrash)
    let query = ListQuery(.globalNetworkSet, namePrefix: "b")
    let revision = try await store.list(query).revision
    var events = EventReader(try await store.watch(query, from: revision))
    for name in ["a", "c", "ab", "b", "bc"] { _ = try await store.create(sample(name, "1")) }
    #expect(try await events.next() == "set b=1")
    #expect(try await events.next() == "set bc=1")
    await store.close()
  }

  @Test("a deletion that is based on an older object deletes nothing")
  func staleDeletion() async throws {
    let store = try await LocalDatastore.open(
      path: folder.file("datastore.db"), durability: .processCrash)
    var first = try await store.created(sample("a", "1"))
    let stale = first.resourceVersion
    first.spec.nets = ["10.0.0.0/8"]
    let second = try await store.update(first)
    do {
      _ = try await store.delete(first.key, revision: stale)
      Issue.record("deleted")
    } catch DatastoreError.updateConflict(let key) {
      #expect(key == first.key)
    }
    let present = try await store.get(first.key)
    #expect(present.metadata.resourceVersion == second.metadata.resourceVersion)
    _ = try await store.delete(first.key, revision: second.metadata.resourceVersion)
    #expect(try await store.list(ListQuery(.globalNetworkSet)).items.isEmpty)
    await store.close()
  }

  @Test("has after a restart what it had before", arguments: [Durability.full, .processCrash])
  func persists(_ durability: Durability) async throws {
    let path = folder.file("datastore.db")
    let first = try await LocalDatastore.open(path: path, durability: durability)
    let created = try await first.created(sample("a", "1"))
    let revision = try await first.list(ListQuery(.globalNetworkSet)).revision
    await first.close()
    let second = try await LocalDatastore.open(path: path, durability: durability)
    #expect(try await second.get(GlobalNetworkSet.self, "a") == created)
    #expect(try await second.list(ListQuery(.globalNetworkSet)).revision == revision)
    var events = EventReader(
      try await second.watch(ListQuery(.globalNetworkSet), from: revision))
    _ = try await second.create(sample("b", "2"))
    #expect(try await events.next() == "set b=2")
    await second.close()
  }

  /// The log is moved into the database when there are 4 MB of it, which waits for the disk.
  @Test("leaves its log to commits that wait for the disk anyway") func log() async throws {
    let path = folder.file("datastore.db")
    func size() -> Int {
      var status = stat()
      return stat(path, &status) == 0 ? Int(status.st_size) : -1
    }
    let durable = try await LocalDatastore.open(path: path, durability: .full)
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    for index in 0..<400 {
      _ = try await store.create(sample("n\(index)", String(repeating: "x", count: 8000)))
    }
    #expect(size() < 100_000)
    _ = try await durable.create(sample("last"))
    #expect(size() > 3_000_000)
    #expect(try await durable.list(ListQuery(.globalNetworkSet)).items.count == 401)
    await store.close()
    await durable.close()
  }

  @Test("makes its folder, and files that only their owner reads")
  func permissions() async throws {
    let path = folder.file("deep/er/datastore.db")
    let store = try await LocalDatastore.open(path: path, durability: .full)
    _ = try await store.create(sample("a"))
    func mode(_ path: String) -> mode_t? {
      var status = stat()
      return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }
    #expect(mode(folder.file("deep")) == 0o755)
    #expect(mode(folder.file("deep/er")) == 0o755)
    for suffix in ["", "-wal", "-shm", ".doorbell"] {
      #expect(mode(path + suffix) == 0o600, "\(suffix)")
    }
    await store.close()
  }

  @Test("takes a relative path") func relativePath() async throws {
    // From the folder that the tests run in up to the root and down to the test's folder.
    let here = try #require(getcwd(nil, 0))
    defer { free(here) }
    let up = String(repeating: "../", count: String(cString: here).split(separator: "/").count)
    let path = "\(up)\(folder.path.dropFirst())/x/datastore.db"
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    _ = try await store.create(sample("a"))
    await store.close()
    #expect(access(folder.file("x/datastore.db"), F_OK) == 0)
  }

  @Test("refuses a commit that is too large") func limits() async throws {
    let path = folder.file("datastore.db")
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    let many = (0...10_000).map { WriteOperation.create(sample("n\($0)")) }
    let error = await failure { () throws(DatastoreError) in
      try await store.commit(many)
    }
    #expect("\(error)".contains("at most 10000"))
    let huge = sample("huge", String(repeating: "x", count: 1_600_000))
    let other = await failure { () throws(DatastoreError) in
      try await store.create(huge)
    }
    #expect("\(other)".contains("at most 1572864"))
    #expect(try await store.all(GlobalNetworkSet.self).isEmpty)
    await store.close()
  }

  @Test("gives back threads and files when it is released without a close")
  func release() async throws {
    func descriptors() -> Int {
      TemporaryFolder.names(in: "/proc/self/fd").count { name in
        var target = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/fd/\(name)", &target, 4095)
        let bytes = target.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self).contains(folder.path)
      }
    }
    func use() async throws {
      let path = folder.file("datastore.db")
      let store = try await LocalDatastore.open(path: path, durability: .processCrash)
      let revision = try await store.list(ListQuery(.tier)).revision
      let stream = try await store.watch(ListQuery(.tier), from: revision)
      _ = try await store.create(Tier(name: "a"))
      for try await _ in stream { break }
      #expect(descriptors() > 0)
    }
    try await use()
    // The actor's last reference may be dropped on its own thread, a moment later.
    for _ in 0..<1000 where descriptors() != 0 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(descriptors() == 0)
  }
}
