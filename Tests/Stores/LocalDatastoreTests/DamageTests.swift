// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import HostSystem
import Resources
import TestSupport
import Testing
import ValueTree

@testable import LocalDatastore

@Suite("A local datastore that cannot do its work says why") struct DamageTests {
  let folder = TemporaryFolder()
  var path: String { folder.file("datastore.db") }

  private func write(_ bytes: [UInt8], to path: String, at offset: Int = 0) throws {
    let file = open(path, O_CREAT | O_WRONLY, 0o600)
    try #require(file >= 0)
    defer { close(file) }
    try #require(pwrite(file, bytes, bytes.count, offset) == bytes.count)
  }

  private func failureToOpen(_ path: String) async -> String {
    let error = await failure { () throws(DatastoreError) in
      try await LocalDatastore.open(path: path, durability: .full)
    }
    return "\(error)"
  }

  private func makeStore(objects: Int) async throws {
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    for index in 0..<objects {
      _ = try await store.create(sample("n\(index)", String(repeating: "x", count: 2000)))
    }
    await store.close()
  }

  @Test("a file that is no database") func noDatabase() async throws {
    let text = Array(String(repeating: "apiVersion: v1\n", count: 500).utf8)
    try write(text, to: path)
    #expect(await failureToOpen(path).contains("is not a database"))
    var status = stat()
    stat(path, &status)
    #expect(Int(status.st_size) == text.count, "it was left as it was")
  }

  @Test("a database of another program") func foreign() async throws {
    try write([], to: path)
    do {
      let other = try SQLiteConnection(path: path, busyMilliseconds: 100)
      try other.run("CREATE TABLE recipes (name TEXT)")
    }
    #expect(await failureToOpen(path).contains("not one of this program"))
    do {
      let other = try SQLiteConnection(path: path, busyMilliseconds: 100)
      try other.run("PRAGMA user_version = 1")
    }
    #expect(await failureToOpen(path).contains("not one of this program"))
  }

  @Test("a newer schema") func newerSchema() async throws {
    try await makeStore(objects: 1)
    do {
      let connection = try SQLiteConnection(path: path, busyMilliseconds: 100)
      try connection.run("PRAGMA user_version = 2")
    }
    let message = await failureToOpen(path)
    #expect(message.contains("newer version"))
    #expect(message.contains("its schema is 2, this build knows 1"))
  }

  @Test("a damaged file") func damaged() async throws {
    try await makeStore(objects: 50)
    try write([UInt8](repeating: 0xa5, count: 90_000), to: path, at: 4096)
    let message: String
    do throws(DatastoreError) {
      let store = try await LocalDatastore.open(path: path, durability: .full)
      do throws(DatastoreError) {
        _ = try await store.list(ListQuery(.globalNetworkSet))
        message = "listed"
      } catch {
        message = "\(error)"
      }
      let write = await failure { () throws(DatastoreError) in
        try await store.create(sample("new"))
      }
      #expect("\(write)".contains("damaged"))
      await store.close()
    } catch {
      message = "\(error)"
    }
    #expect(message.contains("\(path) is damaged"))
  }

  @Test("any garbled byte is an answer or an error, never a crash") func garbled() async throws {
    try await makeStore(objects: 20)
    var random = SplitMix64(seed: SplitMix64.seed(for: "garbled"))
    var status = stat()
    stat(path, &status)
    for _ in 0..<60 {
      let copy = folder.file("copy.db")
      for suffix in ["", "-wal", "-shm"] { unlink(copy + suffix) }
      try copyFile(path, copy)
      for _ in 0..<20 {
        let offset = Int.random(in: 0..<Int(status.st_size), using: &random)
        try write([.random(in: 0...255, using: &random)], to: copy, at: offset)
      }
      do throws(DatastoreError) {
        let store = try await LocalDatastore.open(path: copy, durability: .processCrash)
        let list = try? await store.list(ListQuery(.globalNetworkSet))
        #expect((list?.items.count ?? 0) + (list?.malformed.count ?? 0) <= 40)
        _ = try? await store.create(sample("new"))
        await store.close()
      } catch {
        #expect("\(error)".contains(copy))
      }
    }
  }

  private func copyFile(_ from: String, _ to: String) throws {
    let source = open(from, O_RDONLY)
    try #require(source >= 0)
    defer { close(source) }
    var bytes = [UInt8](repeating: 0, count: 4 << 20)
    let count = read(source, &bytes, bytes.count)
    unlink(to)
    try write(Array(bytes.prefix(max(0, count))), to: to)
  }

  @Test("a folder in its place") func folderInPlace() async throws {
    #expect(await failureToOpen(folder.path).contains(folder.path))
  }

  @Test("a file where a folder should be") func fileForFolder() async throws {
    try write([1], to: folder.file("file"))
    let message = await failureToOpen(folder.file("file/datastore.db"))
    #expect(message.contains("cannot make"))
    #expect(message.contains("Not a directory"))
  }

  @Test("a full disk", .enabled(if: geteuid() == 0, "needs root for a small file system"))
  func fullDisk() async throws {
    let disk = folder.file("disk")
    mkdir(disk, 0o755)
    try #require(mount("none", disk, "tmpfs", 0, "size=300k") == 0)
    defer { umount2(disk, Int32(MNT_DETACH)) }
    let store = try await LocalDatastore.open(path: "\(disk)/datastore.db", durability: .full)
    var stored: [String] = []
    var message = ""
    for index in 0..<1000 where message.isEmpty {
      do throws(DatastoreError) {
        let set = sample("n\(index)", String(repeating: "x", count: 3000))
        stored.append(try await store.create(set).key.name)
      } catch {
        message = "\(error)"
      }
    }
    #expect(!stored.isEmpty)
    #expect(message.contains("no space left") || message.contains("I/O"), "\(message)")
    let listed = try await store.list(ListQuery(.globalNetworkSet)).items.map(\.key.name)
    #expect(listed.sorted() == stored.sorted(), "what was stored is there, the rest is not")
    await store.close()
    let full = await failureToOpen("\(disk)/another.db")
    #expect(full.contains("another.db"))
  }

  @Test("a read-only disk", .enabled(if: geteuid() == 0, "needs root to make one"))
  func readOnly() async throws {
    let disk = folder.file("disk")
    mkdir(disk, 0o755)
    try #require(mount("none", disk, "tmpfs", 0, "size=4m") == 0)
    defer { umount2(disk, Int32(MNT_DETACH)) }
    let path = "\(disk)/datastore.db"
    let store = try await LocalDatastore.open(path: path, durability: .full)
    _ = try await store.create(sample("a"))
    await store.close()
    try #require(mount("none", disk, "", UInt(MS_REMOUNT | MS_RDONLY), "") == 0)
    #expect(await failureToOpen(path).contains(path))
    #expect(await failureToOpen("\(disk)/new.db").contains("Read-only file system"))
  }

  @Test("an object that could not be read back") func unreadable() async throws {
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    let error = await failure { () throws(DatastoreError) in
      try await store.create(IPPool(name: "no-cidr"))
    }
    guard case .validation = error else {
      Issue.record("\(error)")
      return
    }
    #expect("\(error)".contains("spec.cidr"))
    #expect(try await store.list(ListQuery(.ipPool)).items.isEmpty)
    await store.close()
  }

  @Test("a setting that cannot be read leaves the others") func partlyReadable() async throws {
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    var given = FelixConfiguration(name: "default")
    given.spec.healthPort = 4711
    given.spec.logSeverityScreen = "Debug"
    _ = try await store.create(given)
    do {
      let connection = try SQLiteConnection(path: path, busyMilliseconds: 100)
      try connection.run("UPDATE objects SET value = replace(value, '4711', '\"many\"')")
    }
    let read = try await store.get(FelixConfiguration.self, "default")
    #expect(read.spec.healthPort == nil)
    #expect(read.spec.logSeverityScreen == "Debug")
    #expect(read.spec.unknown.map(\.key) == ["healthPort"])
    await store.close()
  }

  @Test("a row that cannot be read is reported and left out") func malformedRow() async throws {
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    let query = ListQuery(.globalNetworkSet)
    for name in ["broken", "list", "liar", "wrong"] { _ = try await store.create(sample(name)) }
    let good = try await store.created(sample("good", "1"))
    let start = try await store.list(query).revision
    let liar = String(decoding: try StoredObject.json(of: sample("truth")), as: UTF8.self)
    let wrong = String(decoding: try StoredObject.json(of: sample("wrong")), as: UTF8.self)
      .replacing("\"wrong\"", with: "[\"wrong\"]")
    do {
      let connection = try SQLiteConnection(path: path, busyMilliseconds: 100)
      let set = "UPDATE objects SET value = ? WHERE name = ?"
      try connection.run(set, .text("{\"spec\": "), .text("broken"))
      try connection.run(set, .text("[]"), .text("list"))
      try connection.run(set, .text(liar), .text("liar"))
      try connection.run(set, .text(wrong), .text("wrong"))
    }
    let list = try await store.list(query)
    #expect(list.items as? [GlobalNetworkSet] == [good])
    #expect(list.malformed.map(\.key.name) == ["broken", "liar", "list", "wrong"])
    #expect(list.malformed.allSatisfy { !$0.reason.isEmpty })
    #expect(list.malformed[1].reason.contains("GlobalNetworkSet(truth)"))
    let error = await failure { () throws(DatastoreError) in
      try await store.get(sampleKey("broken"))
    }
    #expect("\(error)".contains("GlobalNetworkSet(broken) cannot be read"))

    // The log shows the last writes of these rows, which are the broken values.
    var events = EventReader(try await store.watch(query, from: "1"))
    #expect(
      try await events.next(5)
        == [
          "malformed broken", "malformed list", "malformed liar", "malformed wrong", "set good=1",
        ])
    #expect(events.progress == nil)
    #expect(start == good.revision)

    // They can be deleted, and then made anew.
    #expect(try await store.delete(sampleKey("broken"), revision: nil).key.name == "broken")
    _ = try await store.create(sample("broken", "2"))
    #expect(try await store.get(GlobalNetworkSet.self, "broken").content == "2")
    await store.close()
  }
}
