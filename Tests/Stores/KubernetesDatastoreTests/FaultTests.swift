// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import HostSystem
import KubernetesClient
import Resources
import StoreRig
import Synchronization
import Testing
import ValueTree
import TestSupport

@testable import KubernetesDatastore

/// On a real API server of its own, which is made to fail.
@Suite("When the API server fails", .serialized) struct FaultTests {
  private static let common = Mutex<Task<KubernetesServer, any Error>?>(nil)

  /// The server of this suite; whoever ends it starts it again.
  private func server() async throws -> KubernetesServer {
    let task = Self.common.withLock { task in
      let known =
        task
        ?? Task {
          let server = try await KubernetesServer(.init(runsControllers: false))
          try await server.installCalico()
          return server
        }
      task = known
      return known
    }
    return try await task.value
  }

  /// A set of addresses to which each writer adds its own, one by one.
  private func add(
    _ net: String, to name: String, of store: KubernetesDatastore
  ) async -> (isSure: Bool, tries: Int) {
    var tries = 0
    while true {
      tries += 1
      do throws(DatastoreError) {
        var set = try await store.get(GlobalNetworkSet.self, name)
        // An answer that was lost may have been a success.
        if set.spec.nets.contains(net) { return (false, tries) }
        set.spec.nets.append(net)
        _ = try await store.update(set)
        return (true, tries)
      } catch {
        if case .validation = error { Issue.record("\(error)") }
        try? await Task.sleep(for: .milliseconds(tries < 5 ? 5 : 100))
      }
    }
  }

  @Test("with kill -9 under two writers, nothing is lost or written twice") func killed()
    async throws
  {
    let server = try await server()
    let name = unique("counted")
    let (first, second) = (try server.store(), try server.store())
    _ = try await first.create(GlobalNetworkSet(name: name))
    let done = Counter()
    await withTaskGroup(of: Void.self) { group in
      for (writer, store) in [first, second].enumerated() {
        group.addTask {
          for count in 0..<60 {
            _ = await add("10.\(writer).0.\(count)/32", to: name, of: store)
            done.add()
          }
        }
      }
      for point in [20, 60] {
        while done.value < point { try? await Task.sleep(for: .milliseconds(5)) }
        await server.kill()
        do { try await server.start() } catch { Issue.record("\(error)") }
      }
    }
    let nets = try await first.get(GlobalNetworkSet.self, name).spec.nets
    #expect(nets.count == 120 && Set(nets).count == 120)
    for writer in 0..<2 {
      let mine = nets.filter { $0.hasPrefix("10.\(writer).") }
      #expect(mine == (0..<60).map { "10.\(writer).0.\($0)/32" })
    }
    await first.close()
    await second.close()
  }

  @Test("with a server that stands still, a call ends in time and says so") func paused()
    async throws
  {
    let server = try await server()
    let store = try server.store { $0.client.answerTimeout = .milliseconds(500) }
    _ = try await store.list(ListQuery(.tier))
    server.pause()
    let read = await failure { () async throws(DatastoreError) in
      try await store.list(ListQuery(.tier))
    }
    #expect("\(read)".contains("did not answer") || "\(read)".contains("in time"), "\(read)")
    let name = unique("paused")
    let write = await failure { () async throws(DatastoreError) in
      try await store.create(GlobalNetworkSet(name: name))
    }
    guard case .unavailable = write else {
      Issue.record("\(write)")
      server.resume()
      return
    }
    server.resume()
    try await server.waitUntilReady()
    _ = try await store.list(ListQuery(.tier))
    await store.close()
  }

  @Test("with connections that are cut in the middle of lists, a list is whole or fails")
  func cutLists() async throws {
    let server = try await server()
    let direct = try server.store()
    let name = unique("cut")
    for index in 0..<40 {
      var set = GlobalNetworkSet(name: "\(name)-\(index)")
      set.spec.nets = (0..<200).map { "10.0.\(index).\($0)/32" }
      _ = try await direct.create(set)
    }
    let proxy = try TCPProxy(to: server.port)
    let store = try server.store(through: proxy) { $0.client.pageSize = 7 }
    let query = ListQuery(.globalNetworkSet, namePrefix: name)
    var failures = 0
    for bytes in stride(from: 1000, to: 300_000, by: 17_000) {
      proxy.cut()
      proxy.cut(afterBytes: bytes)
      do {
        #expect(try await store.list(query).items.count == 40)
      } catch {
        failures += 1
        guard case .unavailable(let text) = error else {
          Issue.record("\(error)")
          continue
        }
        #expect(text.contains("the Kubernetes API at 127.0.0.1:\(proxy.port)"), "\(text)")
      }
    }
    #expect(failures > 3)
    proxy.cut()
    #expect(try await store.list(query).items.count == 40)
    await store.close()
    await direct.close()
    proxy.close()
  }

  @Test("with a revision that is no longer kept, a watch says to list again") func compacted()
    async throws
  {
    let server = try await server()
    let store = try server.store()
    let old = try await store.list(ListQuery(.globalNetworkSet)).revision
    let name = unique("compacted")
    let set = try await store.created(GlobalNetworkSet(name: name))
    let revision = try #require(set.metadata.resourceVersion)
    try server.etcd.run("compact", revision)
    // The server's own memory of what happened goes with it.
    try await server.restart()
    var events = Events(try await store.watch(ListQuery(.globalNetworkSet), from: old))
    await #expect {
      _ = try await events.next()
    } throws: { error in
      guard case DatastoreError.watchTerminated(let text) = error else { return false }
      return text.contains("no longer kept")
    }
    let list = try await store.list(ListQuery(.globalNetworkSet, namePrefix: name))
    #expect(list.items.count == 1)
    await store.close()
  }

  @Test("or refuses, a call says which right the account needs") func forbidden() async throws {
    let server = try await server()
    let store = try server.store(as: .typha)
    let error = await failure { () async throws(DatastoreError) in
      try await store.create(GlobalNetworkSet(name: unique("forbidden")))
    }
    guard case .unauthorized(let text) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(text.contains("cannot create resource") && text.contains("ClusterRole"))
    await store.close()
  }

  /// What a syncer has told, by key.
  private final class View: Sendable {
    private let state = Mutex([ResourceKey: String]())

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

    var contents: [ResourceKey: String] { state.withLock { $0 } }
  }

  @Test("with breaks of every kind between random writes, a syncer ends with what the store has")
  func randomBreaks() async throws {
    let server = try await server()
    let direct = try server.store()
    let proxy = try TCPProxy(to: server.port)
    let store = try server.store(through: proxy) { $0.client.watchSilence = .seconds(2) }
    let seed = SplitMix64.seed(for: "random breaks")
    var random = SplitMix64(seed: seed)
    let syncer = Syncer(
      store, kinds: [.globalNetworkSet, .ipamHandle],
      backoff: Backoff(first: .milliseconds(10), longest: .milliseconds(100)))
    let view = View()
    let running = Task { await syncer.run() }
    let reading = Task { while let batch = await syncer.next() { view.apply(batch) } }
    let name = unique("random")
    for step in 0..<1500 {
      let index = Int.random(in: 0..<30, using: &random)
      let isSet = Bool.random(using: &random)
      let key = ResourceKey(
        kind: isSet ? .globalNetworkSet : .ipamHandle, name: "\(name)-\(index)")
      if var known = try? await direct.get(key) {
        if Int.random(in: 0..<3, using: &random) == 0 {
          try await direct.delete(key, revision: nil)
        } else {
          known.metadata.annotations["step"] = "\(step)"
          _ = try await direct.update(known)
        }
      } else if isSet {
        _ = try await direct.create(GlobalNetworkSet(name: key.name))
      } else {
        var handle = IPAMHandle(name: key.name)
        handle.spec.handleID = key.name
        _ = try await direct.create(handle)
      }
      switch Int.random(in: 0..<120, using: &random) {
      case 0: proxy.cut()
      case 1: proxy.cut(afterBytes: Int.random(in: 1..<5000, using: &random))
      case 2:
        proxy.stall(true)
        try await Task.sleep(for: .milliseconds(20))
        proxy.stall(false)
      case 3:
        proxy.shut(true)
        try await Task.sleep(for: .milliseconds(20))
        proxy.shut(false)
      default: break
      }
    }
    proxy.cut()
    var expected: [ResourceKey: String] = [:]
    for kind in [Kind.globalNetworkSet, .ipamHandle] {
      for item in try await direct.list(ListQuery(kind)).items {
        expected[item.key] = item.metadata.resourceVersion ?? ""
      }
    }
    for _ in 0..<600 where view.contents != expected {
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(view.contents == expected, "seed \(seed)")
    running.cancel()
    _ = await (running.value, reading.value)
    await store.close()
    await direct.close()
    proxy.close()
  }

  @Test("what cannot be read is said once, however often it is listed, and stops nothing else")
  func unreadable() async throws {
    let server = try await server()
    let direct = try server.store()
    let proxy = try TCPProxy(to: server.port)
    let store = try server.store(through: proxy)
    let name = unique("unreadable")
    try server.apply([
      "apiVersion": "crd.projectcalico.org/v1", "kind": "GlobalNetworkSet",
      "metadata": [
        "name": .string("\(name)-bad"), "annotations": ["projectcalico.org/metadata": "{"],
      ],
      "spec": ["nets": ["10.0.0.0/8"]],
    ])
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
      _ = try await direct.create(GlobalNetworkSet(name: "\(name)-\(round)"))
      while !names.contains("\(name)-\(round)"), let batch = await syncer.next() {
        for change in batch.changes { names.insert(change.key.name) }
      }
      // A watch is resumed where it was, unless the server cannot be reached.
      let lists = syncer.health.resyncsStarted
      proxy.shut(true)
      proxy.cut()
      while syncer.health.resyncsStarted == lists { try await Task.sleep(for: .milliseconds(5)) }
      proxy.shut(false)
      while syncer.health.status != .inSync { try await Task.sleep(for: .milliseconds(5)) }
    }
    #expect(!names.contains("\(name)-bad"))
    #expect(said.withLock { $0.filter { $0.hasPrefix(name) } } == ["\(name)-bad"])
    running.cancel()
    await running.value
    try await direct.delete(
      ResourceKey(kind: .globalNetworkSet, name: "\(name)-bad"), revision: nil)
    await store.close()
    await direct.close()
    proxy.close()
  }

  @Test("with a full etcd behind it, a write says what to do, and goes on after that")
  func fullStore() async throws {
    let server = try await KubernetesServer(
      .init(runsControllers: false, storeLimit: 24 << 20))
    try await server.installCalico()
    let store = try server.store()
    _ = try await store.create(GlobalNetworkSet(name: "before"))
    let filler = String(repeating: "x", count: 1_000_000)
    var isFull = false
    for index in 0..<40 where !isFull {
      isFull = try server.etcd.control(["put", "/filler/\(index)"], input: filler).status != 0
    }
    #expect(isFull)
    let error = await failure { () async throws(DatastoreError) in
      try await store.create(GlobalNetworkSet(name: "refused"))
    }
    guard case .unavailable(let text) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(text.contains("the etcd of the Kubernetes API is full"), "\(text)")
    #expect(text.contains("etcdctl alarm disarm"))
    #expect(try await store.all(GlobalNetworkSet.self).count == 1, "reading goes on")
    try server.etcd.run("del", "/filler/", "--prefix")
    let status = try server.etcd.run("endpoint", "status", "-w", "json")
    let revision = status.split(separator: "\"revision\":").dropFirst().first?.prefix {
      $0.isNumber
    }
    try server.etcd.run("compact", String(try #require(revision)))
    try server.etcd.run("defrag")
    try server.etcd.run("alarm", "disarm")
    _ = try await store.create(GlobalNetworkSet(name: "after"))
    #expect(
      try await store.all(GlobalNetworkSet.self).map(\.key.name) == ["after", "before"])
    await store.close()
    await server.shutDown()
  }

  @Test("where a namespace may have no more objects, a write names the quota") func quota()
    async throws
  {
    let server = try await server()
    let store = try server.store()
    let namespace = unique("quota")
    try await server.makeNamespace(namespace)
    let resource = "count/networksets.crd.projectcalico.org"
    var quota: Value = [
      "apiVersion": "v1", "kind": "ResourceQuota",
      "metadata": ["name": "few", "namespace": .string(namespace)],
      "spec": ["hard": .object([.init(resource, "1")])],
    ]
    try server.apply(quota)
    // As its controller would, which does not run here.
    quota["status"] = [
      "hard": .object([.init(resource, "1")]), "used": .object([.init(resource, "0")]),
    ]
    try server.kubectl(
      "replace", "--raw", "/api/v1/namespaces/\(namespace)/resourcequotas/few/status", "-f", "-",
      input: JSON.encode(quota))
    _ = try await store.create(NetworkSet(name: "first", namespace: namespace))
    let error = await failure { () async throws(DatastoreError) in
      try await store.create(NetworkSet(name: "second", namespace: namespace))
    }
    #expect("\(error)".contains("exceeded quota: few"), "\(error)")
    #expect("\(error)".contains("raise the ResourceQuota"), "\(error)")
    #expect(!"\(error)".contains("ClusterRole"), "\(error)")
    await store.close()
  }

  @Test("with a slow server, everything still comes, and in order") func slow() async throws {
    let server = try await server()
    let direct = try server.store()
    let proxy = try TCPProxy(to: server.port)
    proxy.slow(.milliseconds(30))
    let store = try server.store(through: proxy)
    let name = unique("slow")
    let query = ListQuery(.globalNetworkSet, namePrefix: name)
    let start = try await store.list(query).revision
    var events = Events(try await store.watch(query, from: start))
    for index in 0..<20 { _ = try await direct.create(GlobalNetworkSet(name: "\(name)-\(index)")) }
    for index in 0..<20 {
      #expect(try await events.text() == "set GlobalNetworkSet(\(name)-\(index))")
    }
    await store.close()
    await direct.close()
    proxy.close()
  }
}

/// Counts what several tasks have done.
private final class Counter: Sendable {
  private let count = Mutex(0)

  var value: Int { count.withLock { $0 } }

  func add() { count.withLock { $0 += 1 } }
}
