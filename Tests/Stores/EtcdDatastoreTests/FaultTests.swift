// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import HostSystem
import Resources
import StoreRig
import Synchronization
import Testing
import TestSupport

@testable import EtcdDatastore

@Suite("When something goes wrong", .serialized, .timeLimit(.minutes(5))) struct FaultTests {
  private let query = ListQuery(.globalNetworkSet)

  /// Short times, so that the tests need not wait.
  private func quick(_ options: EtcdDatastore.Options) -> EtcdDatastore.Options {
    var options = options
    options.timing.patience = .milliseconds(500)
    options.timing.requestLimit = .seconds(1)
    return options
  }

  private static func outcome<R>(
    _ call: () async throws(DatastoreError) -> R
  ) async -> Result<R, DatastoreError> {
    do { return .success(try await call()) } catch { return .failure(error) }
  }

  /// How a watch ends.
  private static func end(of stream: AsyncThrowingStream<WatchEvent, any Error>) async -> String {
    do {
      for try await _ in stream {}
      return "in order"
    } catch {
      return "\(error)"
    }
  }

  /// Creates objects one after the other, each until it is certainly there, and gives the number of
  /// calls that failed.
  private func write(_ count: Int, as writer: String, to store: EtcdDatastore) async throws -> Int {
    var failures = 0
    for index in 0..<count {
      let name = "\(writer)-\(index)"
      var isDone = false
      while !isDone {
        do {
          _ = try await store.create(sample(name, "\(index)"))
          isDone = true
        } catch DatastoreError.unavailable {
          failures += 1
        } catch DatastoreError.alreadyExists {
          // Only a create that failed without certainty may find its own object.
          #expect(failures > 0)
          isDone = true
        }
      }
    }
    return failures
  }

  @Test("a server that stops for a while loses no write and applies none twice")
  func pause() async throws {
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(quick(rig.options()))
    let start = try await store.list(query).revision
    let writing = Task { try await write(60, as: "a", to: store) }
    for _ in 0..<2 {
      try await Task.sleep(for: .milliseconds(100))
      rig.server.pause()
      try await Task.sleep(for: .milliseconds(2500))
      rig.server.resume()
    }
    _ = try await writing.value
    let names = try await store.all(GlobalNetworkSet.self).map(\.key.name)
    #expect(Set(names) == Set((0..<60).map { "a-\($0)" }))
    // Each was written once.
    var creations: [String] = []
    var events = EventReader(try await store.watch(query, from: start))
    while creations.count < 60, let event = try await events.next() { creations.append(event) }
    #expect(Set(creations).count == 60)
    #expect(
      try rig.server.run("get", "", "--prefix", "-w", "json").contains("\"version\":2") == false)
    await store.close()
  }

  @Test("a server that is killed and started again loses no write") func kill() async throws {
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(quick(rig.options()))
    let writing = Task {
      try await withThrowingTaskGroup(of: Int.self) { group in
        for writer in ["a", "b", "c"] {
          group.addTask { try await write(150, as: writer, to: store) }
        }
        return try await group.reduce(0, +)
      }
    }
    for _ in 0..<3 {
      try await Task.sleep(for: .milliseconds(200))
      await rig.server.kill()
      try await rig.server.restart()
    }
    _ = try await writing.value
    #expect(try await store.all(GlobalNetworkSet.self).count == 450)
    #expect(
      try rig.server.run("get", "", "--prefix", "-w", "json").contains("\"version\":2") == false)
    await store.close()
  }

  @Test("a watch whose connection is cut says so, and the next one has what was missed")
  func cutWatch() async throws {
    let rig = try await EtcdRig()
    let proxy = try TCPProxy(to: rig.server.port)
    let store = try await EtcdDatastore.open(rig.options(port: proxy.port))
    let writer = try await EtcdDatastore.open(rig.options())
    let text = String(repeating: "x", count: 2000)
    var revision = try await store.list(query).revision
    var seen: [String] = []
    for round in 0..<5 {
      var events = EventReader(try await store.watch(query, from: revision))
      proxy.cut(afterBytes: 500 + round * 3000)
      for index in 0..<10 {
        _ = try await writer.create(sample("n\(round)-\(index)", "\(text)\(index)"))
      }
      do {
        while let event = try await events.next() {
          // Only what was told completely may be told again or not.
          let name = event.split(whereSeparator: { " =".contains($0) })[1]
          if !seen.contains(String(name)) { seen.append(String(name)) }
          if seen.count == (round + 1) * 10 { break }
        }
      } catch DatastoreError.watchTerminated {
        #expect(round >= 0)
      }
      if let progress = events.progress { revision = progress }
      proxy.cut()
    }
    var events = EventReader(try await store.watch(query, from: revision))
    while seen.count < 50, let event = try await events.next() {
      let name = String(event.split(whereSeparator: { " =".contains($0) })[1])
      if !seen.contains(name) { seen.append(name) }
    }
    #expect(seen == (0..<5).flatMap { round in (0..<10).map { "n\(round)-\($0)" } }, "in order")
    await store.close()
    await writer.close()
    proxy.close()
  }

  @Test("a list whose connection is cut in a page is complete all the same")
  func cutList() async throws {
    let rig = try await EtcdRig()
    let proxy = try TCPProxy(to: rig.server.port)
    var options = rig.options(port: proxy.port)
    options.pageSize = 7
    options.pageBytes = 0
    let store = try await EtcdDatastore.open(options)
    let text = String(repeating: "x", count: 1000)
    for index in 0..<10 {
      try await store.commit((0..<10).map { .create(sample("n\(index)\($0)", text)) })
    }
    for round in 0..<6 {
      proxy.cut(afterBytes: 200 + round * 7919)
      #expect(try await store.list(query).items.count == 100)
    }
    await store.close()
    proxy.close()
  }

  @Test("a revision that is compacted ends the watch, at once or later") func compaction()
    async throws
  {
    let rig = try await EtcdRig()
    var options = rig.options()
    options.pageSize = 3
    options.pageBytes = 0
    let store = try await EtcdDatastore.open(options)
    let start = try await store.list(query).revision
    for index in 0..<30 { _ = try await store.create(sample("n\(index)", "\(index)")) }
    try await store.compact(before: store.list(query).revision)
    let error = await Self.end(of: try await store.watch(query, from: start))
    #expect(error.hasPrefix("watch terminated") && error.contains("compacted"), "\(error)")
    // Lists in many pages while what they read is compacted away.
    let compacting = Task {
      while !Task.isCancelled {
        _ = try? await store.create(sample("again"))
        _ = try? await store.delete(sampleKey("again"), revision: nil)
        let tier = try await store.list(ListQuery(.tier))
        _ = try? await store.compact(before: tier.revision)
      }
    }
    for _ in 0..<5 {
      let result = await Self.outcome { () throws(DatastoreError) in try await store.list(query) }
      switch result {
      case .success(let list):
        #expect(Set(list.items.map(\.key.name)).subtracting(["again"]).count == 30)
      case .failure(let error):
        #expect("\(error)".contains("compacted faster"))
      }
    }
    compacting.cancel()
    _ = await compacting.result
    await store.close()
  }

  /// Seen with etcd 3.4.23: a watch from that very deletion on is accepted, and never tells of it.
  @Test("a deletion that etcd was compacted to is not missed") func compactedDeletion() async throws
  {
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(rig.options())
    _ = try await store.create(sample("a"))
    _ = try await store.create(sample("b"))
    let start = try await store.list(query).revision
    try await store.delete(sampleKey("a"), revision: nil)
    try await store.compact(before: store.list(query).revision)
    let end = await Self.end(of: try await store.watch(query, from: start))
    #expect(end.contains("compacted"), "\(end)")
    // Nor is what is known told again.
    let now = try await store.list(query).revision
    var events = EventReader(try await store.watch(query, from: now))
    _ = try await store.create(sample("c", "1"))
    #expect(try await events.next() == "set c=1")
    await store.close()
  }

  @Test("a store that was put back to an earlier state does not keep a watch waiting")
  func restored() async throws {
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(rig.options())
    let revision = try #require(Int(try await store.list(query).revision))
    let error = await failure { () throws(DatastoreError) in
      try await store.watch(query, from: "\(revision + 100)")
    }
    guard case .watchTerminated(let reason) = error else { throw error }
    #expect(reason.contains("earlier state"))
    await store.close()
  }

  @Test("a member of the cluster that fails is left for another one") func failover() async throws {
    let servers = try await EtcdServer.startCluster(of: 3)
    var options = EtcdDatastore.Options(endpoints: servers.map(\.endpoint))
    options.timing.requestLimit = .seconds(2)
    let store = try await EtcdDatastore.open(options)
    let syncer = Syncer(
      store, kinds: [.globalNetworkSet],
      backoff: Backoff(first: .milliseconds(10), longest: .milliseconds(100)))
    let running = Task { await syncer.run() }
    _ = try await write(10, as: "all", to: store)
    for (index, server) in servers.enumerated() {
      await server.kill()
      _ = try await write(10, as: "without\(index)", to: store)
      try await server.restart()
    }
    var names: Set<String> = []
    while names.count < 40, let batch = await syncer.next() {
      for change in batch.changes { names.insert(change.key.name) }
    }
    #expect(names.count == 40)
    running.cancel()
    await running.value
    await store.close()
  }

  @Test("a slow server is waited for, one that keeps everything back is not for ever")
  func slow() async throws {
    let rig = try await EtcdRig()
    let proxy = try TCPProxy(to: rig.server.port)
    var options = quick(rig.options(port: proxy.port))
    options.timing.watchQuestion = .milliseconds(300)
    options.timing.watchLimit = .seconds(1)
    let store = try await EtcdDatastore.open(options)
    proxy.slow(.milliseconds(30))
    _ = try await write(5, as: "slow", to: store)
    proxy.slow(.zero)
    let start = try await store.list(query).revision
    let stream = try await store.watch(query, from: start)
    proxy.stall(true)
    await #expect(throws: DatastoreError.self) { for try await _ in stream {} }
    let error = await failure { () throws(DatastoreError) in try await store.list(query) }
    guard case .unavailable(let reason) = error else { throw error }
    #expect(reason.contains("no answer within the time limit"), "\(reason)")
    let write = await failure { () throws(DatastoreError) in try await store.create(sample("x")) }
    guard case .unavailable = write else { throw write }
    proxy.stall(false)
    let deadline = ContinuousClock.now + .seconds(30)
    while (try? await store.list(query)) == nil, ContinuousClock.now < deadline {}
    #expect(try await store.list(query).items.count >= 5)
    await store.close()
    proxy.close()
  }

  @Test("what cannot be read is said once, however often it is listed, and stops nothing else")
  func unreadable() async throws {
    let rig = try await EtcdRig()
    let proxy = try TCPProxy(to: rig.server.port)
    let writer = try await EtcdDatastore.open(rig.options())
    _ = try await writer.create(sample("good"))
    let root = "/calico/resources/v3/projectcalico.org"
    try rig.server.put("\(root)/globalnetworksets/bad", "{")
    try rig.server.put("\(root)/unknownkinds/a", "{}")
    let store = try await EtcdDatastore.open(rig.options(port: proxy.port))
    let said = Mutex<[String]>([])
    let syncer = Syncer(
      store, kinds: [.globalNetworkSet],
      backoff: Backoff(first: .milliseconds(10), longest: .milliseconds(100))
    ) { report in
      if case .malformed(let object) = report { said.withLock { $0.append(object.key.name) } }
    }
    let running = Task { await syncer.run() }
    var names: Set<String> = []
    for round in 0..<4 {
      _ = try await writer.create(sample("n\(round)"))
      while !names.contains("n\(round)"), let batch = await syncer.next() {
        for change in batch.changes { names.insert(change.key.name) }
      }
      // Until a watch was open that broke: another call just takes another connection.
      let lists = syncer.health.resyncsStarted
      while syncer.health.resyncsStarted == lists {
        proxy.cut()
        try await Task.sleep(for: .milliseconds(50))
      }
      while syncer.health.status != .inSync { try await Task.sleep(for: .milliseconds(5)) }
    }
    #expect(names == ["good", "n0", "n1", "n2", "n3"])
    #expect(said.withLock { $0 } == ["bad"])
    #expect(syncer.health.malformed == 1)
    running.cancel()
    await running.value
    await store.close()
    await writer.close()
    proxy.close()
  }

  @Test("a full database says what to do, and goes on after that") func quota() async throws {
    let rig = try await EtcdRig(flags: ["--quota-backend-bytes", "4194304"])
    let store = try await EtcdDatastore.open(rig.options())
    let text = String(repeating: "x", count: 500_000)
    var refusal: String?
    for index in 0..<30 where refusal == nil {
      do {
        _ = try await store.create(sample("n\(index)", text))
      } catch {
        refusal = "\(error)"
      }
    }
    let message = try #require(refusal)
    #expect(message.contains("etcd's database is full"), "\(message)")
    #expect(message.contains("etcdctl alarm disarm"))
    let present = try await store.all(GlobalNetworkSet.self)
    #expect(!present.isEmpty, "reading goes on")
    for set in present { try await store.delete(set.key, revision: nil) }
    try await store.compact(before: store.list(query).revision)
    try rig.server.run("defrag")
    try rig.server.run("alarm", "disarm")
    _ = try await store.create(sample("after"))
    await store.close()
  }

  @Test("more than a message may hold is read in smaller pieces") func largeList() async throws {
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(rig.options())
    let text = String(repeating: "x", count: 1_400_000)
    for index in 0..<50 { _ = try await store.create(sample("n\(index)", text)) }
    let list = try await store.list(query)
    #expect(list.items.count == 50)
    #expect(list.items.allSatisfy { $0.content.utf8.count == 1_400_000 })
    await store.close()
  }

  @Test("too many operations at once are refused with the limit") func operations() async throws {
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(rig.options())
    let error = await failure { () throws(DatastoreError) in
      try await store.commit((0..<129).map { .create(sample("n\($0)")) })
    }
    #expect("\(error)".contains("128 unless it is started with a larger --max-txn-ops"), "\(error)")
    let other = try await EtcdRig(flags: ["--max-txn-ops", "200"])
    let larger = try await EtcdDatastore.open(other.options())
    try await larger.commit((0..<129).map { .create(sample("n\($0)")) })
    await larger.close()
    await store.close()
  }

  @Test("what was opened is given back, also without a close") func release() async throws {
    let rig = try await EtcdRig()
    func use() async throws {
      let store = try await EtcdDatastore.open(rig.options())
      let start = try await store.list(query).revision
      let stream = try await store.watch(query, from: start)
      _ = try await store.create(sample("a"))
      for try await _ in stream { break }
      try await store.delete(sampleKey("a"), revision: nil)
      #expect(Descriptors.connections(to: rig.server.port) > 0)
    }
    try await use()
    for _ in 0..<1000 where Descriptors.connections(to: rig.server.port) > 0 {
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(Descriptors.connections(to: rig.server.port) == 0)
    let store = try await EtcdDatastore.open(rig.options())
    _ = try await store.list(query)
    await store.close()
    #expect(Descriptors.connections(to: rig.server.port) == 0)
  }
}
