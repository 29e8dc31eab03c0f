// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import HostSystem
import Resources
import Testing
import TestSupport

@Suite("A syncer", .timeLimit(.minutes(2))) struct SyncerTests {
  let store = ScriptedDatastore()

  private func start(_ kinds: [Kind] = [.globalNetworkSet]) -> RunningSyncer {
    RunningSyncer(store, kinds)
  }

  /// Everything up to the last put has arrived when this has.
  private func settle(_ running: RunningSyncer, _ view: inout SyncView) async {
    await store.put(sample("marker", "set"))
    await view.follow(running.syncer) { $0.contents()["marker"] == "set" && $0.status == .inSync }
    await store.remove(sampleKey("marker"))
    await view.follow(running.syncer) { $0.contents()["marker"] == nil && $0.status == .inSync }
  }

  /// The consumer may be there before the report is.
  private func inSyncIsSaid(_ running: RunningSyncer) async {
    while running.reports.last != .inSync { await Task.yield() }
  }

  @Test("delivers what is there, says so once, then what changes") func follows() async {
    await store.put(sample("a", "1"))
    await store.put(sample("b", "1"))
    let running = start()
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    #expect(view.contents() == ["a": "1", "b": "1"])
    await store.put(sample("a", "2"))
    await view.follow(running.syncer) { $0.contents() == ["a": "2", "b": "1"] }
    await store.remove(sampleKey("b"))
    await view.follow(running.syncer) { $0.contents() == ["a": "2"] }
    await settle(running, &view)
    #expect(view.contents() == ["a": "2"])
    #expect(view.statuses == [.inSync])
    #expect(running.reports == [.inSync])
  }

  @Test("waits for a store that does not answer, less and less often") func unavailable() async {
    await store.put(sample("a", "1"))
    let errors = (0..<12).map { DatastoreError.unavailable("try \($0)") }
    await store.failLists(of: .globalNetworkSet, errors)
    let running = start()
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    #expect(view.statuses == [.inSync])
    #expect(view.contents() == ["a": "1"])
    await inSyncIsSaid(running)
    var delays: [Duration] = []
    for (index, report) in running.reports.dropLast().enumerated() {
      guard case .interrupted("GlobalNetworkSet", let reason, let delay) = report else {
        Issue.record("\(report)")
        continue
      }
      #expect(reason == "datastore is not available: try \(index)")
      delays.append(delay)
    }
    #expect(delays.count == 12)
    for (index, delay) in delays.enumerated() {
      let bound = min(Duration.milliseconds(100) * (1 << index), .seconds(10))
      #expect(delay <= bound && delay >= bound / 2, "\(index): \(delay)")
    }
    #expect(running.syncer.health.resyncsStarted == 13)
  }

  @Test(
    "finds out what happened while a watch was broken",
    arguments: [DatastoreError.watchTerminated("compacted"), .unavailable("gone"), nil])
  func brokenWatch(_ error: DatastoreError?) async {
    for name in ["same", "changed", "deleted"] { await store.put(sample(name, "1")) }
    let running = start()
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    let same = view.resources[sampleKey("same")]?.revision

    // All at once: a syncer that lists before the compaction would be thrown out once more by it.
    await store.atOnce { store in
      store.failLists(of: .globalNetworkSet, [.unavailable("for a while")])
      store.breakWatches(error)
      store.put(sample("changed", "2"))
      store.remove(sampleKey("deleted"))
      store.put(sample("new", "1"))
      store.put(sample("brief", "1"))
      store.remove(sampleKey("brief"))
      store.compact()
    }
    await settle(running, &view)
    #expect(view.contents() == ["same": "1", "changed": "2", "new": "1"])
    #expect(view.resources[sampleKey("same")]?.revision == same, "nor sent again")
    #expect(view.statuses.last == .inSync)
    #expect(running.reports.count { $0 == .inSync } == 2)
  }

  @Test("lists everything anew when it is told to, and says when it has all of it") func startOver()
    async
  {
    await store.put(sample("a", "1"))
    let running = start([.globalNetworkSet, .tier])
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    for round in 0..<3 {
      let lists = await store.lists
      // The next list fails, so that it cannot be in sync without another one.
      await store.failLists(of: .tier, [.unavailable("for a while")])
      if round == 1 { await store.put(sample("b", "1")) }
      running.syncer.startOver()
      #expect(running.syncer.health.status != .inSync)
      var statuses: [SyncStatus] = []
      while statuses.last != .inSync, let batch = await running.syncer.next() {
        statuses.append(batch.status)
        for change in batch.changes { #expect(change.key.name == "b" && round == 1) }
      }
      #expect(statuses.last == .inSync, "said also when nothing has changed")
      #expect(await store.lists >= lists + 3, "two kinds, one of them twice")
    }
    await store.put(sample("a", "2"))
    let batch = await running.syncer.next()
    #expect(batch?.changes.map(\.key.name) == ["a"], "watches go on after that")
    await running.stop()
  }

  @Test("says after all was listed anew that it has everything, though nobody looked meanwhile")
  func startOverUnseen() async {
    await store.put(sample("a", "1"))
    let running = start()
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    running.syncer.startOver()
    while running.syncer.health.status != .inSync { await Task.yield() }
    // So that a syncer that has nothing to say of its status gives something too.
    await store.put(sample("b", "1"))
    while running.syncer.health.pending == 0 { await Task.yield() }
    let batch = await running.syncer.next()
    #expect(batch?.changes.map(\.key.name) == ["b"])
    #expect(batch?.isStatusNew == true && batch?.status == .inSync)
    await running.stop()
  }

  @Test("begins a watch that ends at once less and less often, and one that has held soon")
  func endingWatches() async {
    let running = start()
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    func delays() -> [Duration] {
      running.reports.compactMap { report in
        if case .interrupted(_, _, let delay) = report { delay } else { nil }
      }
    }
    for count in 1...6 {
      while delays().count < count {
        await store.breakWatches(nil)
        await Task.yield()
      }
      await settle(running, &view)
    }
    for (index, delay) in delays().prefix(6).enumerated() {
      #expect(delay >= Duration.milliseconds(50) * (1 << index), "\(index): \(delay)")
    }
    running.advance(.seconds(10))
    let ended = delays().count
    while delays().count == ended {
      await store.breakWatches(nil)
      await Task.yield()
    }
    #expect(delays()[ended] <= .milliseconds(100))
    await running.stop()
  }

  @Test("is not in sync by a list that was under way when it was told to begin anew")
  func listUnderWay() async {
    await store.put(sample("a", "1"))
    let running = start()
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    await store.holdLists(of: .globalNetworkSet)
    await store.breakWatches(nil)
    while await store.inFlight(.globalNetworkSet) == 0 { await Task.yield() }
    running.syncer.startOver()
    // This the list that is under way cannot know.
    await store.put(sample("b", "1"))
    await store.letGo(.globalNetworkSet, holdingMore: true)
    while await store.inFlight(.globalNetworkSet) == 0 { await Task.yield() }
    #expect(running.syncer.health.status == .resyncInProgress)
    #expect(running.reports.count { $0 == .inSync } == 1)
    await store.letGo(.globalNetworkSet, holdingMore: false)
    var changed: [String] = []
    var status = SyncStatus.resyncInProgress
    while status != .inSync, let batch = await running.syncer.next() {
      changed += batch.changes.map(\.key.name)
      status = batch.status
    }
    #expect(changed == ["b"])
    await running.stop()
  }

  @Test("does not repeat what it hears twice") func duplicates() async {
    await store.sendTwice(true)
    let running = start()
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    // The view's own checks notice what comes twice.
    for index in 0..<50 {
      await store.put(sample("a", "\(index)"))
      await view.follow(running.syncer) { $0.contents()["a"] == "\(index)" }
    }
    await store.remove(sampleKey("a"))
    await settle(running, &view)
    #expect(view.contents() == [:])
  }

  @Test("merges what waits for a slow consumer") func merging() async {
    let running = start()
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    await store.put(sample("held", "0"))
    await view.follow(running.syncer) { $0.contents() == ["held": "0"] }
    // So many that the places of those that were merged are given up, more than once.
    for index in 1...1500 {
      await store.put(sample("a", "\(index)"))
      await store.put(sample("brief-\(index)", "\(index)"))
      await store.remove(sampleKey("brief-\(index)"))
    }
    await store.remove(sampleKey("held"))
    await store.put(sample("held", "1"))
    await store.put(sample("last", "1"))
    while running.syncer.health.objects != 3 || running.syncer.health.pending != 3 {
      await Task.yield()
    }
    let batch = await running.syncer.next()
    #expect(batch?.changes.map(\.key.name) == ["a", "held", "last"])
    #expect(batch?.changes.allSatisfy { if case .set = $0 { true } else { false } } == true)
    if let batch { view.apply(batch) }
    #expect(view.contents() == ["a": "1500", "held": "1", "last": "1"])
  }

  @Test("keeps out what cannot be read, and says so once") func malformed() async {
    await store.put(sample("a", "1"))
    await store.spoil(sampleKey("bad"), "one")
    let running = start()
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    #expect(view.contents() == ["a": "1"])
    await store.spoil(sampleKey("a"), "two")
    await view.follow(running.syncer) { $0.contents() == [:] }
    #expect(running.syncer.health.malformed == 2)
    // Neither another list nor the same news again makes it news.
    await store.breakWatches(nil)
    await settle(running, &view)
    await store.spoil(sampleKey("bad"), "one")
    await store.spoil(sampleKey("bad"), "three")
    await store.put(sample("a", "3"))
    await view.follow(running.syncer) { $0.contents() == ["a": "3"] }
    await store.remove(sampleKey("bad"))
    await settle(running, &view)
    let reasons = running.reports.compactMap { report -> String? in
      if case .malformed(let object) = report {
        "\(object.key.name): \(object.reason)"
      } else {
        nil
      }
    }
    #expect(reasons == ["bad: one", "a: two", "bad: three"])
    #expect(running.syncer.health.malformed == 0)
  }

  @Test("is in sync when all kinds are") func severalKinds() async {
    await store.put(sample("a", "1"))
    await store.put(sample("n", "b", "1"))
    await store.failLists(
      of: .networkSet, Array(repeating: .unauthorized("not this kind"), count: 3))
    let running = start([.networkSet, .globalNetworkSet, .networkSet, .tier])
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    #expect(view.contents() == ["a": "1"])
    #expect(view.contents(.networkSet) == ["b": "1"])
    #expect(view.statuses.count { $0 == .inSync } == 1)
    await inSyncIsSaid(running)
    #expect(running.reports.count { $0 == .inSync } == 1)
    #expect(await store.lists == 6, "three kinds, one of them four times")
  }

  @Test("tells how fresh its news is") func health() async {
    let errors = Array(repeating: DatastoreError.unavailable("no"), count: 2)
    await store.failLists(of: .globalNetworkSet, errors)
    let running = RunningSyncer(store, [])
    #expect(running.syncer.health.sinceContact == nil)
    let other = start()
    #expect(Syncer(store, kinds: [.tier]).health.status == .waitForDatastore)
    #expect(Syncer(store, kinds: [.tier]).health.sinceContact == nil)
    var view = SyncView()
    await view.follow(other.syncer) { $0.status == .inSync }
    #expect(other.syncer.health.lastError == nil)
    #expect(other.syncer.health.sinceContact == .zero)
    other.advance(.seconds(42))
    #expect(other.syncer.health.sinceContact == .seconds(42))
    await store.put(sample("a", "1"))
    await view.follow(other.syncer) { $0.contents() == ["a": "1"] }
    #expect(other.syncer.health.sinceContact == .zero)
    #expect(other.syncer.health.objects == 1)
    await store.failLists(of: .globalNetworkSet, Array(repeating: errors[0], count: 100_000))
    await store.breakWatches(.watchTerminated("broken"))
    await view.follow(other.syncer) { $0.status == .waitForDatastore }
    #expect(view.contents() == ["a": "1"], "the last state stands")
    while other.syncer.health.lastError?.contains("broken") == true { await Task.yield() }
    #expect(other.syncer.health.lastError == "datastore is not available: no")
    await other.stop()
  }

  @Test("is as fresh as the kind of which it has heard least") func oldestContact() async {
    let running = start([.globalNetworkSet, .tier])
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    running.advance(.seconds(42))
    await store.put(sample("a", "1"))
    await view.follow(running.syncer) { $0.contents() == ["a": "1"] }
    #expect(running.syncer.health.sinceContact == .seconds(42))
    await running.stop()
  }

  @Test("ends with its task, and its consumer with it") func cancellation() async {
    let running = start()
    var view = SyncView()
    await view.follow(running.syncer) { $0.status == .inSync }
    let waiting = Task { await running.syncer.next() == nil }
    let cancelled = Task { await running.syncer.next() == nil }
    cancelled.cancel()
    #expect(await cancelled.value)
    await store.put(sample("a", "1"))
    #expect(await !waiting.value)
    await running.stop()
    #expect(await running.syncer.next() == nil)
    #expect(await running.syncer.next() == nil)
  }

  @Test("backs off to a bound and begins anew after a reset") func backoff() {
    var backoff = Backoff(first: .milliseconds(10), longest: .milliseconds(100))
    for bound in [10, 20, 40, 80, 100, 100, 100] {
      let delay = backoff.next()
      #expect(delay <= .milliseconds(bound) && delay >= .milliseconds(bound) / 2)
    }
    for _ in 0..<100 { _ = backoff.next() }
    #expect(backoff.next() <= .milliseconds(100))
    backoff.reset()
    #expect(backoff.next() <= .milliseconds(10))
    #expect(Set((0..<20).map { _ in backoff.next() }).count > 1, "not all at one moment")
  }
}
