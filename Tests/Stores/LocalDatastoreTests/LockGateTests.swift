// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import LocalDatastore
import Resources
import Synchronization
import TestSupport
import Testing

@testable import Datastore

@Suite("The gate that a locked datastore closes", .timeLimit(.minutes(2)))
struct LockGateTests {
  private static let kinds: [Kind] = [.globalNetworkSet, .tier]

  /// A gate that runs, and all that has passed it.
  private final class Rig: Sendable {
    let folder = TemporaryFolder()
    /// Where a test writes.
    let store: LocalDatastore
    let seen: ObstructedDatastore
    let gate: LockGate
    private let tasks = Mutex<[Task<Void, Never>]>([])
    private let view = Mutex(View())
    private let told = Told()

    private final class Told: Sendable {
      let list = Mutex<[Bool]>([])
    }

    struct View {
      var revisions: [ResourceKey: String] = [:]
      var status = SyncStatus.waitForDatastore
      /// Names that were withdrawn at some time.
      var removed: Set<String> = []
    }

    init(locked: Bool? = false, kinds: [Kind] = LockGateTests.kinds) async throws {
      store = try await LocalDatastore.open(
        path: folder.file("ds.db"), durability: .processCrash)
      if let locked { try await store.setLocked(locked) }
      for name in ["a", "b", "c"] { _ = try await store.create(GlobalNetworkSet(name: name)) }
      seen = ObstructedDatastore(store)
      let told = told
      gate = LockGate(
        seen, kinds: kinds + [.clusterInformation],
        retry: Backoff(first: .milliseconds(2), longest: .milliseconds(20)),
        recheck: .milliseconds(50), report: { _ in },
        tell: { locked in told.list.withLock { $0.append(locked) } })
      let gate = gate
      tasks.withLock { $0.append(Task { await gate.run() }) }
      let follower = Task { [weak self] in
        while let batch = await gate.next() {
          self?.view.withLock { view in
            for change in batch.changes {
              switch change {
              case .set(let resource):
                view.revisions[resource.key] = resource.metadata.resourceVersion ?? ""
              case .removed(let key):
                view.revisions[key] = nil
                view.removed.insert(key.name)
              }
            }
            #expect(batch.isStatusNew == (batch.status != view.status))
            view.status = batch.status
          }
        }
      }
      tasks.withLock { $0.append(follower) }
    }

    var notices: [Bool] { told.list.withLock { $0 } }
    var names: [String] { view.withLock { $0.revisions.keys.map(\.name).sorted() } }
    var revisions: [ResourceKey: String] { view.withLock { $0.revisions } }
    var removed: Set<String> { view.withLock { $0.removed } }
    var status: SyncStatus { view.withLock { $0.status } }

    /// Waits until the gate has asked again whether the store is still locked, and has taken up the
    /// answer: the third answer comes after the second was, which was asked for after this call.
    func recheck() async {
      let before = seen.count(.got)
      await eventually("asks again") { seen.count(.got) >= before + 3 }
    }

    func stop() async {
      let tasks = tasks.withLock { $0 }
      for task in tasks { task.cancel() }
      for task in tasks { await task.value }
      await store.close()
    }
  }

  private static func delete(_ name: String, _ store: any Datastore) async throws {
    try await store.delete(ResourceKey(kind: .globalNetworkSet, name: name), revision: nil)
  }

  @Test("keeps back what happens while it is closed, and gives the outcome when it opens")
  func closes() async throws {
    let rig = try await Rig()
    #expect(await eventually { rig.names == ["a", "b", "c"] && rig.status == .inSync })
    try await rig.store.setLocked(true)
    #expect(await eventually { rig.gate.isLocked })
    let before = rig.revisions
    try await Self.delete("a", rig.store)
    try await Self.delete("b", rig.store)
    _ = try await rig.store.create(GlobalNetworkSet(name: "d"))
    for index in 0..<100 {
      _ = try await rig.store.create(GlobalNetworkSet(name: "brief-\(index)"))
      try await Self.delete("brief-\(index)", rig.store)
    }
    // It has taken some of that, and keeps it: what it gives later shows that nothing was passed on.
    #expect(await eventually { rig.gate.isHolding })
    await rig.recheck()
    #expect(rig.revisions == before)
    _ = try await rig.store.create(GlobalNetworkSet(name: "b"))
    try await rig.store.setLocked(false)
    #expect(await eventually { rig.names == ["b", "c", "d"] && rig.status == .inSync })
    #expect(rig.removed == ["a"], "what was there again was never away")
    _ = try await rig.store.create(GlobalNetworkSet(name: "e"))
    #expect(await eventually { rig.names == ["b", "c", "d", "e"] })
    #expect(rig.notices == [true, false])
    await rig.stop()
  }

  @Test("stays closed when an import takes the ClusterInformation away and writes it again")
  func wiped() async throws {
    let rig = try await Rig()
    #expect(await eventually { rig.names.count == 3 })
    try await rig.store.setLocked(true)
    #expect(await eventually { rig.gate.isLocked })
    try await rig.store.delete(DatastoreLock.key, revision: nil)
    try await Self.delete("a", rig.store)
    #expect(await eventually { rig.gate.isHolding })
    await rig.recheck()
    #expect(rig.gate.isLocked && rig.names.count == 3)
    try await rig.store.setLocked(true)
    await rig.recheck()
    #expect(rig.names.count == 3)
    try await rig.store.setLocked(false)
    #expect(await eventually { rig.names == ["b", "c"] })
    #expect(rig.notices == [true, false])
    await rig.stop()
  }

  @Test(
    "is open where nothing says whether the datastore is ready", arguments: [nil, false] as [Bool?])
  func open(_ locked: Bool?) async throws {
    let rig = try await Rig(locked: locked)
    #expect(await eventually { rig.names.count == 3 && rig.status == .inSync })
    // Only a lock closes it: that nothing is there any longer does not.
    if locked != nil { try await rig.store.delete(DatastoreLock.key, revision: nil) }
    try await Self.delete("a", rig.store)
    #expect(await eventually { rig.names == ["b", "c"] })
    rig.seen.cut(true)
    try await Self.delete("b", rig.store)
    rig.seen.cut(false)
    #expect(await eventually { rig.names == ["c"] && rig.status == .inSync })
    #expect(rig.notices == [])
    await rig.stop()
  }

  @Test("gives nothing at all when it finds the datastore locked") func closedFromTheStart()
    async throws
  {
    let rig = try await Rig(locked: true)
    #expect(await eventually { rig.gate.isLocked })
    await rig.recheck()
    #expect(rig.names == [] && rig.status == .waitForDatastore)
    try await rig.store.setLocked(false)
    #expect(await eventually { rig.names.count == 3 && rig.status == .inSync })
    await rig.stop()
  }

  @Test("does not take what was wiped while it was cut off for the truth") func cutOff()
    async throws
  {
    let rig = try await Rig()
    #expect(await eventually { rig.names.count == 3 })
    rig.seen.cut(true)
    try await rig.store.setLocked(true)
    for name in ["a", "b", "c"] { try await Self.delete(name, rig.store) }
    // The lock is what it hears of last.
    rig.seen.hold([.clusterInformation])
    rig.seen.cut(false)
    #expect(await eventually { rig.gate.isLocked })
    #expect(rig.names.count == 3)
    for name in ["a", "b"] { _ = try await rig.store.create(GlobalNetworkSet(name: name)) }
    try await rig.store.setLocked(false)
    #expect(await eventually { rig.names == ["a", "b"] })
    #expect(rig.removed == ["c"])
    await rig.stop()
  }

  @Test("goes on once a lock that it has met while asking is over, though nothing happens then")
  func metWhileAsking() async throws {
    // One kind, so that what it has to ask for comes in one batch, and no other makes it ask again.
    let rig = try await Rig(kinds: [.globalNetworkSet])
    #expect(await eventually { rig.names.count == 3 && rig.status == .inSync })
    rig.seen.cut(true)
    try await rig.store.setLocked(true)
    try await Self.delete("a", rig.store)
    // Of the lock it hears by asking alone.
    rig.seen.hold([.clusterInformation])
    rig.seen.cut(false)
    #expect(await eventually { rig.gate.isLocked })
    #expect(rig.names.count == 3)
    try await rig.store.setLocked(false)
    #expect(await eventually { rig.names == ["b", "c"] && rig.status == .inSync })
    await rig.stop()
  }

  @Test("gives nothing of what it lists anew after a lock before it has all of it")
  func renewal() async throws {
    let rig = try await Rig()
    #expect(await eventually { rig.names.count == 3 && rig.status == .inSync })
    try await rig.store.setLocked(true)
    #expect(await eventually { rig.gate.isLocked })
    try await Self.delete("a", rig.store)
    #expect(await eventually { rig.gate.isHolding })
    rig.seen.hold([.tier])
    let watches = rig.seen.count(.watching(.globalNetworkSet))
    try await rig.store.setLocked(false)
    #expect(await eventually { rig.seen.count(.watching(.globalNetworkSet)) > watches })
    for index in 0..<20 {
      _ = try await rig.store.create(GlobalNetworkSet(name: "d-\(index)"))
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(rig.names == ["a", "b", "c"])
    rig.seen.hold([])
    #expect(await eventually { rig.names.count == 22 && rig.status == .inSync })
    #expect(rig.removed == ["a"])
    await rig.stop()
  }

  @Test("notices a whole migration between two of its lists") func between() async throws {
    let rig = try await Rig()
    #expect(await eventually { rig.names.count == 3 })
    rig.seen.cut(true)
    try await rig.store.setLocked(true)
    for name in ["a", "b", "c"] { try await Self.delete(name, rig.store) }
    // Nothing tells of the lock, by whatever call, until it is over.
    rig.seen.hold([.clusterInformation, .tier], gets: true)
    let watches = rig.seen.count(.watching(.globalNetworkSet))
    rig.seen.cut(false)
    // The sets are listed while there are none.
    #expect(await eventually { rig.seen.count(.watching(.globalNetworkSet)) > watches })
    rig.seen.hold([.clusterInformation, .tier, .globalNetworkSet], gets: true)
    for name in ["a", "b", "c"] { _ = try await rig.store.create(GlobalNetworkSet(name: name)) }
    try await rig.store.setLocked(false)
    rig.seen.hold([])
    let key = ResourceKey(kind: .globalNetworkSet, name: "c")
    let revision = try await rig.store.get(key).metadata.resourceVersion
    #expect(await eventually { rig.revisions[key] == revision && rig.status == .inSync })
    #expect(rig.removed == [])
    await rig.stop()
  }

  /// What the gate has taken from the syncer counts there as known, though nobody has got it.
  @Test("tells nothing of what came and went while it was closed, also when it had it already")
  func heldAndGone() async throws {
    let rig = try await Rig()
    #expect(await eventually { rig.names.count == 3 && rig.status == .inSync })
    try await rig.store.setLocked(true)
    #expect(await eventually { rig.gate.isLocked })
    _ = try await rig.store.create(GlobalNetworkSet(name: "d"))
    #expect(await eventually { rig.gate.isHolding })
    try await Self.delete("d", rig.store)
    // What was there goes all the same.
    try await Self.delete("a", rig.store)
    _ = try await rig.store.create(GlobalNetworkSet(name: "e"))
    try await rig.store.setLocked(false)
    #expect(await eventually { rig.names == ["b", "c", "e"] && rig.status == .inSync })
    #expect(rig.removed == ["a"])
    await rig.stop()
  }

  @Test("holds the last change of each object, and none of what nobody has")
  func held() {
    func set(_ name: String, _ revision: String) -> ResourceChange {
      var set = GlobalNetworkSet(name: name)
      set.metadata.resourceVersion = revision
      return .set(set)
    }
    func gone(_ name: String) -> ResourceChange {
      .removed(ResourceKey(kind: .globalNetworkSet, name: name))
    }
    var held = HeldChanges()
    func add(_ changes: [(ResourceChange, isNew: Bool)]) {
      held.add(
        SyncBatch(
          changes: changes.map(\.0), areNew: changes.map(\.isNew), status: .inSync,
          isStatusNew: false))
    }
    func drained() -> [String] {
      held.drain().map { change in
        switch change {
        case .set(let resource): "\(resource.key.name)=\(resource.metadata.resourceVersion ?? "")"
        case .removed(let key): "-\(key.name)"
        }
      }
    }
    // New, changed, gone; known, gone, there again; known, changed, gone.
    add([(set("n", "1"), true), (gone("k"), false), (set("c", "1"), false), (set("m", "1"), true)])
    add([(set("n", "2"), false), (set("k", "2"), true), (gone("c"), false)])
    add([(gone("n"), false), (set("m", "2"), false)])
    #expect(drained() == ["k=2", "-c", "m=2"])
    #expect(held.isEmpty)
    // After that they are passed on, and their going is news.
    add([(set("x", "1"), true)])
    #expect(drained() == ["x=1"])
    add([(gone("x"), false)])
    #expect(drained() == ["-x"])
  }

  @Test("waits for a watch that lags behind when it opens") func lag() async throws {
    let rig = try await Rig()
    #expect(await eventually { rig.names.count == 3 })
    try await rig.store.setLocked(true)
    #expect(await eventually { rig.gate.isLocked })
    for name in ["a", "b", "c"] { try await Self.delete(name, rig.store) }
    #expect(await eventually { rig.gate.isHolding })
    let lists = rig.seen.count(.listing(.globalNetworkSet))
    // What is written again comes later than that the store is unlocked.
    rig.seen.hold([.globalNetworkSet])
    for name in ["a", "b", "c"] { _ = try await rig.store.create(GlobalNetworkSet(name: name)) }
    try await rig.store.setLocked(false)
    #expect(await eventually { !rig.gate.isLocked })
    #expect(await eventually { rig.seen.count(.listing(.globalNetworkSet)) > lists })
    #expect(rig.names.count == 3)
    rig.seen.hold([])
    let key = ResourceKey(kind: .globalNetworkSet, name: "c")
    let revision = try await rig.store.get(key).metadata.resourceVersion
    #expect(await eventually { rig.revisions[key] == revision })
    #expect(rig.removed == [])
    await rig.stop()
  }

  @Test("withdraws nothing in any number of migrations, and ends with what is there")
  func migrations() async throws {
    let rig = try await Rig()
    #expect(await eventually { rig.names.count == 3 })
    var random = SplitMix64(seed: SplitMix64.seed(for: "Migrations"))
    for round in 0..<20 {
      let isCut = round % 3 == 2
      if isCut { rig.seen.cut(true) }
      try await rig.store.setLocked(true)
      if !isCut { #expect(await eventually { rig.gate.isLocked }) }
      for name in ["a", "b", "c"] { try await Self.delete(name, rig.store) }
      if round % 4 == 1 {
        try await rig.store.delete(DatastoreLock.key, revision: nil)
        try await rig.store.setLocked(true)
      }
      if isCut { rig.seen.cut(false) }
      try await Task.sleep(for: .milliseconds(random.below(30)))
      for name in ["a", "b", "c"] { _ = try await rig.store.create(GlobalNetworkSet(name: name)) }
      try await rig.store.setLocked(false)
      if round % 2 == 0 { try await Task.sleep(for: .milliseconds(random.below(30))) }
    }
    var expected: [ResourceKey: String] = [:]
    for kind in Self.kinds {
      for item in try await rig.store.list(ListQuery(kind)).items {
        expected[item.key] = item.metadata.resourceVersion ?? ""
      }
    }
    #expect(await eventually { rig.revisions == expected && rig.status == .inSync })
    #expect(rig.removed == [])
    await rig.stop()
  }
}
