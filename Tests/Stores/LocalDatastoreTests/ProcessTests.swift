// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Glibc
import LocalDatastore
import Resources
import TestSupport
import Testing

/// Each exit test runs its body in another process.
@Suite("Several processes on one local datastore", .serialized, .timeLimit(.minutes(5)))
struct ProcessTests {
  let folder = TemporaryFolder()
  let query = ListQuery(.globalNetworkSet)
  var path: String { folder.file("datastore.db") }

  @Test("open a new one at the same moment") func openTogether() async throws {
    for round in 0..<5 {
      let path = folder.file("together-\(round).db")
      await withTaskGroup(of: Void.self) { group in
        for process in 0..<4 {
          group.addTask {
            await #expect(processExitsWith: .success) {
              [path = path as String, process = process as Int] in
              let store = try await LocalDatastore.open(path: path, durability: .full)
              _ = try await store.create(sample("n\(process)", "\(getpid())"))
              _ = try await store.all(GlobalNetworkSet.self)
            }
          }
        }
      }
      let store = try await LocalDatastore.open(path: path, durability: .full)
      let all = try await store.all(GlobalNetworkSet.self)
      #expect(all.map(\.key.name) == ["n0", "n1", "n2", "n3"])
      #expect(Set(all.map(\.content)).count == 4, "they were four processes")
      await store.close()
    }
  }

  @Test("count together by compare-and-swap and lose nothing") func count() async throws {
    let path = path
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    _ = try await store.create(sample("counter", "0"))
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          await #expect(processExitsWith: .success) { [path = path as String] in
            let store = try await LocalDatastore.open(path: path, durability: .processCrash)
            var left = 100
            while left > 0 {
              var counter = try await store.get(GlobalNetworkSet.self, "counter")
              counter.metadata.annotations["content"] = "\((Int(counter.content) ?? -9999) + 1)"
              do {
                _ = try await store.updated(counter)
                left -= 1
              } catch DatastoreError.updateConflict {
                continue
              }
            }
          }
        }
      }
    }
    #expect(try await store.get(GlobalNetworkSet.self, "counter").content == "400")
    await store.close()
  }

  @Test("see each other's writes in their watches, in order, each once") func watch() async throws {
    let path = path
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    let start = try await store.list(query).revision
    let stream = try await store.watch(query, from: start)
    async let writers: Void = withTaskGroup(of: Void.self) { group in
      for process in 0..<3 {
        group.addTask {
          await #expect(processExitsWith: .success) {
            [path = path as String, process = process as Int] in
            let store = try await LocalDatastore.open(path: path, durability: .processCrash)
            for index in 0..<100 {
              _ = try await store.create(sample("n\(process)", "\(index)"))
              try await store.delete(sampleKey("n\(process)"), revision: nil)
            }
          }
        }
      }
    }
    // Every deletion comes; a creation may be merged with the deletion after it.
    var deletions = [0, 0, 0]
    var created: [Int?] = [nil, nil, nil]
    var events = EventReader(stream)
    while deletions != [100, 100, 100], let event = try await events.next() {
      let words = event.split(whereSeparator: { " =".contains($0) })
      let process = try #require(words[1].last?.wholeNumberValue)
      if words[0] == "deleted" {
        deletions[process] += 1
        created[process] = nil
      } else {
        #expect(created[process] == nil, "created twice without a deletion")
        created[process] = Int(words[2])
        #expect(created[process] == deletions[process], "in order")
      }
    }
    await writers
    await store.close()
  }

  /// Without the bell each round would wait for the next look, half a second on average, and all of
  /// them for longer than the suite's time limit.
  @Test("wake each other at once") func wake() async throws {
    let path = path
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    let start = try await store.list(query).revision
    var events = EventReader(try await store.watch(query, from: start))
    async let player = #expect(processExitsWith: .success) {
      [path = path as String, start = start as String] in
      let store = try await LocalDatastore.open(path: path, durability: .processCrash)
      var events = EventReader(try await store.watch(ListQuery(.globalNetworkSet), from: start))
      for round in 0..<1000 {
        while try await events.next() != "set ping-\(round)=" {}
        _ = try await store.create(sample("pong-\(round)"))
      }
    }
    for round in 0..<1000 {
      _ = try await store.create(sample("ping-\(round)"))
      while try await events.next() != "set pong-\(round)=" {}
    }
    _ = await player
    await store.close()
  }

  @Test("go on when one is killed in the middle of its writes") func kill() async throws {
    let path = path
    let store = try await LocalDatastore.open(path: path, durability: .processCrash)
    var seen = 0
    for round in 0..<12 {
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = path as String, round = round as Int] in
        let store = try await LocalDatastore.open(path: path, durability: .processCrash)
        // Another thread ends the process at some moment of a commit.
        let wait = UInt32.random(in: 1000...60_000)
        Task.detached {
          usleep(wait)
          Glibc.kill(getpid(), SIGKILL)
        }
        for index in 0..<1_000_000 {
          // Always pairs, so that half a commit would show.
          try await store.commit([
            .create(sample("a-\(round)-\(index)", "\(index)")),
            .create(sample("b-\(round)-\(index)", "\(index)")),
          ])
        }
      }
      let list = try await store.list(query)
      let names = Set(list.items.map(\.key.name))
      let pairs = names.filter { $0.hasPrefix("a-") }
      #expect(pairs.allSatisfy { names.contains("b" + $0.dropFirst()) })
      #expect(names.count == 2 * pairs.count)
      #expect(list.malformed.isEmpty)
      #expect(names.count >= seen, "nothing that was there is lost")
      seen = names.count
      // Its lock died with it.
      _ = try await store.create(sample("after-\(round)"))
      try await store.delete(sampleKey("after-\(round)"), revision: nil)
    }
    #expect(seen > 0)
    await store.close()
    let again = try await LocalDatastore.open(path: path, durability: .full)
    #expect(try await again.list(query).items.count == seen)
    await again.close()
  }

  @Test("have what one wrote that was killed when it had the file alone")
  func killAlone() async throws {
    for round in 0..<6 {
      let path = folder.file("alone-\(round).db")
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        let store = try await LocalDatastore.open(path: path, durability: .full)
        for index in 0..<20 { _ = try await store.create(sample("n\(index)", "\(index)")) }
        Glibc.kill(getpid(), SIGKILL)
      }
      let store = try await LocalDatastore.open(path: path, durability: .full)
      let all = try await store.all(GlobalNetworkSet.self)
      #expect(Set(all.map(\.content)) == Set((0..<20).map { "\($0)" }))
      await store.close()
    }
  }

  @Test("wait for each other's lock, but not for ever") func lock() async throws {
    let path = path
    var options = LocalDatastore.Options(durability: .processCrash)
    options.busyMilliseconds = 50
    let store = try await LocalDatastore.open(path: path, options: options)
    _ = try await store.create(sample("a"))
    let blocker = folder.file("blocker")
    async let holder = #expect(processExitsWith: .success) {
      [path = path as String, blocker = blocker as String] in
      let connection = try LockHolder(path: path)
      mknod(blocker, S_IFREG | 0o600, 0)
      while access(blocker, F_OK) == 0 { usleep(1000) }
      connection.release()
    }
    while access(blocker, F_OK) != 0 { try await Task.sleep(for: .milliseconds(1)) }
    let error = await failure { () throws(DatastoreError) in
      try await store.create(sample("b"))
    }
    #expect("\(error)".contains("locked by another process"))
    #expect(try await store.all(GlobalNetworkSet.self).count == 1, "reading needs no lock")
    unlink(blocker)
    _ = await holder
    _ = try await store.create(sample("b"))
    await store.close()
  }
}
