// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import EtcdDatastore
import KubernetesClient
import KubernetesDatastore
import Resources
import StoreRig
import Synchronization
import Testing

/// Long enough for every time limit that an operator would meet; both servers at the same time, so
/// that the wait is one.
@Suite("A server that stands still for half a minute", .timeLimit(.minutes(4)))
struct LongOutageTests {
  private static let outage = Duration.seconds(30)
  /// Writes of each writer before the outage and after it, at least.
  private static let writes = 15

  /// A server, and how a program reaches it.
  private struct Subject: Sendable {
    var name: String
    var open: @Sendable () async throws -> any Datastore
    var pause: @Sendable () -> Void
    var resume: @Sendable () async throws -> Void
    /// What a syncer may say of itself at the end of the outage, besides that its news is old.
    var endsAs: Set<SyncStatus>
  }

  @Test("loses no write, applies none twice, and is not taken for an empty one")
  func halfAMinute() async throws {
    async let etcd: Void = etcd()
    async let kubernetes: Void = kubernetes()
    _ = try await (etcd, kubernetes)
  }

  private func etcd() async throws {
    let server = try await EtcdServer.start()
    try await check(
      Subject(
        name: "etcdv3",
        open: {
          try await EtcdDatastore.open(EtcdDatastore.Options(endpoints: [server.endpoint]))
        },
        pause: { server.pause() },
        resume: {
          server.resume()
          try await server.waitUntilHealthy()
        },
        // Its watches ask for a sign of life every ten seconds.
        endsAs: [.resyncInProgress, .waitForDatastore]))
    // The key was written once for each address, and once for its creation.
    let key = try #require(try server.keys().first { $0.hasSuffix("/counted") })
    let version = try server.run("get", key, "-w", "fields").split(separator: "\n").first {
      $0.hasPrefix("\"Version\"")
    }
    let store = try await EtcdDatastore.open(EtcdDatastore.Options(endpoints: [server.endpoint]))
    let nets = try await store.get(GlobalNetworkSet.self, "counted").spec.nets
    #expect(version == "\"Version\" : \(nets.count + 1)")
    await store.close()
  }

  private func kubernetes() async throws {
    let server = try await KubernetesServer(.init(runsControllers: false))
    try await server.installCalico()
    try await check(
      Subject(
        name: "kubernetes",
        open: {
          var options = KubernetesDatastore.Options()
          options.client.answerTimeout = .seconds(4)
          return try KubernetesDatastore(
            .kubeconfig(file: server.kubeconfigFile()), options: options)
        },
        pause: { server.pause() },
        resume: {
          server.resume()
          try await server.waitUntilReady()
        },
        // Its watches may be silent for longer where nothing happens.
        endsAs: Set(SyncStatus.allCases)))
    await server.shutDown()
  }

  // MARK: - What writes

  /// What writers have done, and whether they are to go on.
  private final class Tally: Sendable {
    private struct State {
      var added = [0, 0]
      var created = 0
      var isOver = false
    }

    private let state = Mutex(State())

    var added: [Int] { state.withLock { $0.added } }
    var created: Int { state.withLock { $0.created } }
    var least: Int { state.withLock { min($0.added[0], $0.added[1], $0.created) } }
    var total: Int { state.withLock { $0.added[0] + $0.added[1] + $0.created } }
    var isOver: Bool { state.withLock { $0.isOver } }

    func add(_ writer: Int) { state.withLock { $0.added[writer] += 1 } }
    func create() { state.withLock { $0.created += 1 } }
    func end() { state.withLock { $0.isOver = true } }
  }

  private static func net(_ writer: Int, _ index: Int) -> String {
    "10.\(writer).\(index / 250).\(index % 250)/32"
  }

  /// Adds an address to the one set that all share, until it is certainly there.
  private static func add(_ net: String, to store: any Datastore) async {
    while true {
      do {
        var set = try await store.get(GlobalNetworkSet.self, "counted")
        // A write whose answer was lost may have been applied.
        if set.spec.nets.contains(net) { return }
        set.spec.nets.append(net)
        _ = try await store.update(set)
        return
      } catch DatastoreError.updateConflict {
      } catch DatastoreError.unavailable {
        try? await Task.sleep(for: .milliseconds(50))
      } catch {
        Issue.record("\(error)")
        return
      }
    }
  }

  private static func create(_ name: String, in store: any Datastore) async {
    var isUncertain = false
    while true {
      do {
        _ = try await store.create(GlobalNetworkSet(name: name))
        return
      } catch DatastoreError.unavailable {
        isUncertain = true
        try? await Task.sleep(for: .milliseconds(50))
      } catch DatastoreError.alreadyExists where isUncertain {
        return
      } catch {
        Issue.record("\(error)")
        return
      }
    }
  }

  // MARK: - What reads

  /// What a syncer has told: the revision of each object.
  private final class View: Sendable {
    private let state = Mutex([ResourceKey: String]())

    var contents: [ResourceKey: String] { state.withLock { $0 } }

    func apply(_ batch: SyncBatch) {
      state.withLock { state in
        for change in batch.changes {
          switch change {
          case .set(let resource): state[resource.key] = resource.metadata.resourceVersion ?? ""
          case .removed(let key): state[key] = nil
          }
        }
      }
    }
  }

  private func wait(
    _ what: String, within limit: Duration = .seconds(60), _ holds: () async throws -> Bool
  ) async throws {
    let end = ContinuousClock.now + limit
    while try await !holds() {
      guard ContinuousClock.now < end else {
        Issue.record("\(what): not within \(limit)")
        return
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  private func check(_ subject: Subject) async throws {
    let (first, second, third) = (
      try await subject.open(), try await subject.open(), try await subject.open()
    )
    _ = try await first.create(GlobalNetworkSet(name: "counted"))
    let syncer = Syncer(third, kinds: [.globalNetworkSet])
    let (view, tally) = (View(), Tally())
    let running = Task { await syncer.run() }
    let reading = Task { while let batch = await syncer.next() { view.apply(batch) } }
    defer {
      running.cancel()
      reading.cancel()
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (writer, store) in [first, second].enumerated() {
        group.addTask {
          while !tally.isOver {
            await Self.add(Self.net(writer, tally.added[writer]), to: store)
            tally.add(writer)
            try await Task.sleep(for: .milliseconds(10))
          }
        }
      }
      group.addTask {
        while !tally.isOver {
          await Self.create("made-\(tally.created)", in: first)
          tally.create()
          try await Task.sleep(for: .milliseconds(10))
        }
      }
      defer { tally.end() }
      try await wait("\(subject.name): first writes") { tally.least >= Self.writes }
      try await outage(subject, syncer, view, tally)
      let goal = tally.added.map { $0 + Self.writes }
      try await wait("\(subject.name): writes after the outage") {
        zip(tally.added, goal).allSatisfy { $0 >= $1 }
      }
      tally.end()
      try await group.waitForAll()
    }

    let nets = try await first.get(GlobalNetworkSet.self, "counted").spec.nets
    #expect(nets.count == tally.added.reduce(0, +), "\(subject.name): each once")
    for writer in 0..<2 {
      let mine = nets.filter { $0.hasPrefix("10.\(writer).") }
      #expect(mine == (0..<tally.added[writer]).map { Self.net(writer, $0) }, "\(subject.name)")
    }
    let items = try await first.list(ListQuery(.globalNetworkSet)).items
    #expect(
      Set(items.map(\.key.name)) == Set(["counted"] + (0..<tally.created).map { "made-\($0)" }),
      "\(subject.name)")
    var expected: [ResourceKey: String] = [:]
    for item in items { expected[item.key] = item.metadata.resourceVersion ?? "" }
    try await wait("\(subject.name): what the syncer has is what is stored") {
      view.contents == expected && syncer.health.status == .inSync
    }
    for store in [first, second, third] { await store.close() }
  }

  /// Half a minute in which nothing is answered.
  private func outage(
    _ subject: Subject, _ syncer: Syncer, _ view: View, _ tally: Tally
  ) async throws {
    subject.pause()
    let end = ContinuousClock.now + Self.outage
    // What was under way.
    try await Task.sleep(for: .seconds(1))
    let (known, written) = (view.contents, tally.total)
    #expect(!known.isEmpty)
    try await Task.sleep(until: end, clock: .continuous)
    let health = syncer.health
    #expect(view.contents == known, "\(subject.name): the last state stands")
    #expect(tally.total == written, "\(subject.name): nothing counts as written")
    #expect(
      health.sinceContact.map { $0 > Self.outage - .seconds(3) } == true,
      "\(subject.name): \(health)")
    #expect(subject.endsAs.contains(health.status), "\(subject.name): \(health)")
    try await subject.resume()
  }
}
