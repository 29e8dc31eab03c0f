// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import EndpointCrowd
import FanOut
import HostSystem
import Resources
import SyncCoding
import SyncModel
import TestSupport
import Testing

@Suite struct KnowledgeTests {
  private static func node(_ name: String, _ number: UInt32?) -> SyncUpdate {
    .node(name, number.map { SyncNode(asNumber: $0) })
  }

  private let a = Self.node("a", 1)
  private let otherA = Self.node("a", 2)
  private let noA = Self.node("a", nil)
  private let b = Self.node("b", 1)
  private let noB = Self.node("b", nil)
  private let c = Self.node("c", 1)
  private let key = ResourceKey(kind: .node, name: "a")

  private func findings(_ reason: String?) -> ObjectFindings {
    ObjectFindings(
      key: key, node: reason == nil ? nil : "n",
      problems: reason.map { [ConversionProblem(key: key, field: "spec", reason: $0)] } ?? [],
      asks: Asks(key))
  }

  private func frame(
    _ updates: [SyncUpdate] = [], _ findings: [ObjectFindings] = [], _ status: SyncStatus? = nil,
    isNew: Bool = true
  ) -> SyncFrame {
    var frame = SyncFrame()
    (frame.updates, frame.findings, frame.status) = (updates, findings, status)
    frame.isStatusNew = status != nil && isNew
    return frame
  }

  /// One that was told something, all of which was handed on.
  private func knowing(_ updates: [SyncUpdate], _ findings: [ObjectFindings] = []) -> Knowledge {
    var knowledge = Knowledge()
    tell(&knowledge, updates, findings)
    let batch = knowledge.drain()
    #expect(batch?.updates == updates + [.inSync])
    #expect(batch?.findings == findings)
    #expect(knowledge.drain() == nil)
    return knowledge
  }

  /// Tells everything.
  private func tell(
    _ knowledge: inout Knowledge, _ updates: [SyncUpdate], _ findings: [ObjectFindings] = []
  ) {
    knowledge.beginSnapshot()
    knowledge.take(frame(updates, findings, .inSync))
    knowledge.endSnapshot()
  }

  /// Holds a batch against its parts; nothing where it says only its status.
  private func expect(
    _ batch: UpdateBatch?, _ updates: [SyncUpdate] = [], _ findings: [ObjectFindings] = [],
    is status: SyncStatus, isNew: Bool, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(batch?.updates == updates, sourceLocation: location)
    #expect(batch?.findings == findings, sourceLocation: location)
    #expect(batch?.status == status, sourceLocation: location)
    #expect(batch?.isStatusNew == isNew, sourceLocation: location)
  }

  // MARK: The first time

  @Test func `who is told nothing hands nothing on`() {
    var knowledge = Knowledge()
    #expect(knowledge.drain() == nil)
    knowledge.interrupt(isHopeless: false)
    knowledge.interrupt(isHopeless: true)
    #expect(knowledge.drain() == nil)
    #expect(knowledge.count == 0)
  }

  @Test func `the first snapshot is handed on as it comes, and the mark when it is whole`() {
    var knowledge = Knowledge()
    knowledge.beginSnapshot()
    expect(knowledge.drain(), is: .resyncInProgress, isNew: true)
    #expect(knowledge.drain() == nil)
    knowledge.take(frame([a], [findings("x")]))
    expect(knowledge.drain(), [a], [findings("x")], is: .resyncInProgress, isNew: false)
    // What the last frame says of the status is not so before the end.
    knowledge.take(frame([b], [], .inSync))
    expect(knowledge.drain(), [b], is: .resyncInProgress, isNew: false)
    knowledge.endSnapshot()
    expect(knowledge.drain(), [.inSync], is: .inSync, isNew: true)
    #expect(knowledge.drain() == nil)
    #expect(knowledge.count == 2)
  }

  @Test func `the status at the end of a snapshot is what was said last in it`() {
    var knowledge = Knowledge()
    knowledge.beginSnapshot()
    knowledge.take(frame([a], [], .inSync))
    // The differences up to its end are a part of it.
    knowledge.take(frame([otherA], [], .resyncInProgress))
    expect(knowledge.drain(), [otherA], is: .resyncInProgress, isNew: true)
    knowledge.take(frame([], [], .waitForDatastore))
    knowledge.endSnapshot()
    expect(knowledge.drain(), [.inSync], is: .waitForDatastore, isNew: true)
    knowledge.take(frame([], [], .inSync))
    expect(knowledge.drain(), [.inSync], is: .inSync, isNew: true)
  }

  @Test func `an empty first snapshot is a mark and nothing else`() {
    var knowledge = Knowledge()
    tell(&knowledge, [])
    expect(knowledge.drain(), [.inSync], is: .inSync, isNew: true)
  }

  @Test func `what only a first snapshot said that broke is taken back when the next is whole`() {
    var knowledge = Knowledge()
    knowledge.beginSnapshot()
    knowledge.take(frame([a, b], [findings("x")]))
    expect(knowledge.drain(), [a, b], [findings("x")], is: .resyncInProgress, isNew: true)
    knowledge.interrupt(isHopeless: false)
    // Nobody has ever told everything: that is no resync.
    expect(knowledge.drain(), is: .waitForDatastore, isNew: true)
    knowledge.beginSnapshot()
    knowledge.take(frame([b, c], [], .inSync))
    expect(knowledge.drain(), [c], is: .resyncInProgress, isNew: true)
    knowledge.endSnapshot()
    expect(knowledge.drain(), [noA, .inSync], [findings(nil)], is: .inSync, isNew: true)
  }

  @Test func `a second first snapshot upon half of one begins anew`() {
    var knowledge = Knowledge()
    knowledge.beginSnapshot()
    knowledge.take(frame([a]))
    knowledge.beginSnapshot()
    knowledge.take(frame([b]))
    knowledge.endSnapshot()
    expect(knowledge.drain(), [noA, b, .inSync], is: .inSync, isNew: true)
  }

  // MARK: Later times

  @Test func `a later snapshot is silent until it is whole, and then one batch`() {
    var knowledge = knowing([a, b], [findings("x")])
    knowledge.interrupt(isHopeless: false)
    expect(knowledge.drain(), is: .resyncInProgress, isNew: true)
    knowledge.beginSnapshot()
    #expect(knowledge.drain() == nil)
    knowledge.take(frame([otherA, c], [findings("y")]))
    #expect(knowledge.drain() == nil)
    knowledge.take(frame([], [], .inSync))
    #expect(knowledge.drain() == nil)
    #expect(knowledge.count == 2)
    knowledge.endSnapshot()
    expect(knowledge.drain(), [otherA, c, noB, .inSync], [findings("y")], is: .inSync, isNew: true)
    #expect(knowledge.drain() == nil)
    #expect(knowledge.count == 2)
  }

  @Test func `what is equal causes no update, however often it is told`() {
    var knowledge = knowing([a, b], [findings("x")])
    for _ in 0..<3 {
      tell(&knowledge, [b, a], [findings("x")])
      expect(knowledge.drain(), [.inSync], is: .inSync, isNew: false)
      knowledge.take(frame([a, noB, b], [findings("x")], .inSync, isNew: false))
      expect(knowledge.drain(), [b], is: .inSync, isNew: false)
      knowledge.take(frame([a], [findings("x")], .inSync, isNew: false))
      #expect(knowledge.drain() == nil)
    }
  }

  @Test func `what breaks off leaves everything as it was`() {
    var knowledge = knowing([a, b], [findings("x")])
    for isHopeless in [false, true] {
      knowledge.beginSnapshot()
      knowledge.take(frame([otherA, c, noB], [findings("y")]))
      knowledge.interrupt(isHopeless: isHopeless)
      expect(
        knowledge.drain(), is: isHopeless ? .waitForDatastore : .resyncInProgress, isNew: true)
      #expect(knowledge.count == 2)
    }
    // Nothing of it is left for the next one, which says the same as the first.
    tell(&knowledge, [a, b], [findings("x")])
    expect(knowledge.drain(), [.inSync], is: .inSync, isNew: true)
  }

  @Test func `a snapshot upon half of one keeps nothing of that`() {
    var knowledge = knowing([a, b], [findings("x")])
    knowledge.beginSnapshot()
    knowledge.take(frame([otherA, b, c], [findings(nil)]))
    knowledge.beginSnapshot()
    knowledge.take(frame([a], [findings("x")]))
    knowledge.endSnapshot()
    expect(knowledge.drain(), [noB, .inSync], is: .inSync, isNew: false)
  }

  @Test func `what is gone is taken back once, and can come again`() {
    var knowledge = knowing([a, b])
    tell(&knowledge, [a])
    expect(knowledge.drain(), [noB, .inSync], is: .inSync, isNew: false)
    tell(&knowledge, [a])
    expect(knowledge.drain(), [.inSync], is: .inSync, isNew: false)
    knowledge.take(frame([noB], [], .inSync, isNew: false))
    #expect(knowledge.drain() == nil)
    tell(&knowledge, [a, b])
    expect(knowledge.drain(), [b, .inSync], is: .inSync, isNew: false)
  }

  @Test func `what came as a difference is a part of what is known`() {
    var knowledge = knowing([a])
    knowledge.take(frame([b, noA], [findings("x")], .inSync, isNew: false))
    expect(knowledge.drain(), [b, noA], [findings("x")], is: .inSync, isNew: false)
    tell(&knowledge, [b], [findings("x")])
    expect(knowledge.drain(), [.inSync], is: .inSync, isNew: false)
    tell(&knowledge, [])
    expect(knowledge.drain(), [noB, .inSync], [findings(nil)], is: .inSync, isNew: false)
    #expect(knowledge.count == 0)
  }

  @Test func `of what a snapshot says twice the last counts, whatever is known`() {
    for (told, handed) in [
      ([otherA, a], []), ([a, otherA], [otherA]), ([otherA, noA], [noA]), ([noA, a], []),
      ([noA, otherA], [otherA]), ([a, noA], [noA]),
      ([a, c, .node("c", nil)], []), ([a, .node("c", nil), c], [c]),
    ] as [([SyncUpdate], [SyncUpdate])] {
      var knowledge = knowing([a])
      tell(&knowledge, told)
      expect(knowledge.drain(), handed + [.inSync], is: .inSync, isNew: false)
      // And that is what is known then.
      tell(&knowledge, [a])
      let back = handed.isEmpty ? [] : handed == [c] ? [.node("c", nil)] : [a]
      expect(knowledge.drain(), back + [.inSync], is: .inSync, isNew: false)
    }
    for (told, handed) in [
      (["y", "x"], []), (["x", "y"], ["y"]), (["y", nil], [nil]), ([nil, "x"], []),
    ] as [([String?], [String?])] {
      var knowledge = knowing([a], [findings("x")])
      tell(&knowledge, [a], told.map(findings))
      expect(knowledge.drain(), [.inSync], handed.map(findings), is: .inSync, isNew: false)
    }
  }

  // MARK: What belongs to nothing

  @Test func `what has changed together is handed on together`() {
    var knowledge = knowing([a, b])
    knowledge.take(frame([noA]))
    #expect(knowledge.drain() == nil)
    knowledge.take(frame([c], [findings("x")]))
    #expect(knowledge.drain() == nil)
    knowledge.take(frame([], [], .inSync, isNew: false))
    expect(knowledge.drain(), [noA, c], [findings("x")], is: .inSync, isNew: false)
    #expect(knowledge.drain() == nil)
  }

  @Test func `of what has changed together nothing is handed on while only a part was told`() {
    var knowledge = knowing([a, b])
    knowledge.take(frame([noA]))
    knowledge.interrupt(isHopeless: true)
    expect(knowledge.drain(), is: .waitForDatastore, isNew: true)
    #expect(knowledge.drain() == nil)
    knowledge.beginSnapshot()
    knowledge.take(frame([b], [], .inSync))
    expect(knowledge.drain(), is: .resyncInProgress, isNew: true)
    knowledge.take(frame([c], [], .inSync))
    knowledge.endSnapshot()
    expect(knowledge.drain(), [noA, c, .inSync], is: .inSync, isNew: true)
  }

  @Test func `a frame before any snapshot, or after a break, counts for nothing`() {
    var knowledge = Knowledge()
    knowledge.take(frame([a], [findings("x")], .inSync))
    #expect(knowledge.drain() == nil)
    knowledge = knowing([a], [findings("x")])
    knowledge.interrupt(isHopeless: false)
    knowledge.take(frame([otherA, b], [findings("y")], .inSync))
    expect(knowledge.drain(), is: .resyncInProgress, isNew: true)
    #expect(knowledge.count == 1)
  }

  @Test func `an end without a beginning is none`() {
    var knowledge = Knowledge()
    knowledge.endSnapshot()
    #expect(knowledge.drain() == nil)
    knowledge = knowing([a])
    knowledge.endSnapshot()
    #expect(knowledge.drain() == nil)
    knowledge.interrupt(isHopeless: true)
    knowledge.endSnapshot()
    expect(knowledge.drain(), is: .waitForDatastore, isNew: true)
    #expect(knowledge.count == 1)
  }

  // MARK: Statuses and the mark

  @Test
  func `what the status is in differences is said by their frames, and in sync anew has the mark`()
  {
    var knowledge = knowing([a])
    knowledge.take(frame([], [], .waitForDatastore))
    expect(knowledge.drain(), is: .waitForDatastore, isNew: true)
    knowledge.take(frame([b], [], .waitForDatastore, isNew: false))
    expect(knowledge.drain(), [b], is: .waitForDatastore, isNew: false)
    knowledge.take(frame([], [], .resyncInProgress))
    expect(knowledge.drain(), is: .resyncInProgress, isNew: true)
    // The mark within a frame is said by its status.
    knowledge.take(frame([c, .inSync], [], .inSync))
    expect(knowledge.drain(), [c, .inSync], is: .inSync, isNew: true)
    knowledge.take(frame([.inSync], [], .inSync, isNew: false))
    #expect(knowledge.drain() == nil)
  }

  @Test func `a status that is in sync anew has the mark though its frame does not call it new`() {
    var knowledge = knowing([a])
    knowledge.take(frame([], [], .waitForDatastore))
    expect(knowledge.drain(), is: .waitForDatastore, isNew: true)
    knowledge.take(frame([], [], .inSync, isNew: false))
    expect(knowledge.drain(), [.inSync], is: .inSync, isNew: true)
  }

  @Test func `a status that came and went between two batches leaves its mark`() {
    var knowledge = knowing([a])
    knowledge.take(frame([], [], .resyncInProgress))
    knowledge.take(frame([], [], .inSync))
    expect(knowledge.drain(), [.inSync], is: .inSync, isNew: false)
    #expect(knowledge.drain() == nil)
  }

  @Test func `a snapshot that was whole is handed on with its mark, whatever breaks afterwards`() {
    for isHopeless in [false, true] {
      var knowledge = Knowledge()
      tell(&knowledge, [a])
      knowledge.take(frame([b], [], .inSync, isNew: false))
      knowledge.interrupt(isHopeless: isHopeless)
      expect(
        knowledge.drain(), [a, b, .inSync], is: isHopeless ? .waitForDatastore : .resyncInProgress,
        isNew: !isHopeless)
      #expect(knowledge.drain() == nil)
      // And it was one: the next is a later one.
      knowledge.beginSnapshot()
      knowledge.take(frame([c]))
      #expect(knowledge.drain()?.updates.isEmpty != false)
    }
  }

  @Test func `hope is said as it comes and goes`() {
    var knowledge = knowing([a])
    knowledge.interrupt(isHopeless: false)
    expect(knowledge.drain(), is: .resyncInProgress, isNew: true)
    knowledge.interrupt(isHopeless: true)
    expect(knowledge.drain(), is: .waitForDatastore, isNew: true)
    knowledge.interrupt(isHopeless: true)
    #expect(knowledge.drain() == nil)
    knowledge.beginSnapshot()
    expect(knowledge.drain(), is: .resyncInProgress, isNew: true)
  }

  // MARK: Slow consumers, and much

  @Test func `while nobody takes it, of each object the last is kept, where it first changed`() {
    var knowledge = knowing([a, b], [findings("x")])
    knowledge.take(frame([otherA, c], [findings("y")], .inSync, isNew: false))
    knowledge.take(frame([noB, a], [findings("z")], .inSync, isNew: false))
    knowledge.take(frame([b, noA], [findings("x")], .inSync, isNew: false))
    expect(knowledge.drain(), [noA, c, b], [findings("x")], is: .inSync, isNew: false)
    #expect(knowledge.drain() == nil)
  }

  @Test func `what was drained is not handed on with what comes later`() {
    var knowledge = knowing([a])
    for number in UInt32(2)..<6 {
      let update = Self.node("a", number)
      knowledge.take(frame([update], [findings("\(number)")], .inSync, isNew: false))
      expect(knowledge.drain(), [update], [findings("\(number)")], is: .inSync, isNew: false)
    }
  }

  @Test func `a large cluster that is told anew costs what differs`() throws {
    let seed = SplitMix64.seed(for: "KnowledgeTests.crowd")
    var crowd = EndpointCrowd(seed: seed, deployments: 20)
    let endpoints = crowd.endpoints(600)
    var cache = SnapshotCache()
    _ = cache.take(UpdateBatch(updates: endpoints, status: .inSync, isStatusNew: true))
    var decoder = SyncDecoder()
    var knowledge = Knowledge()
    func tell(_ cache: SnapshotCache) throws {
      knowledge.beginSnapshot()
      for bytes in try cache.frames(for: .everything, bounds: .init(items: 100, bytes: 1 << 20)) {
        let packed = PackedFrame(packing: bytes, .zlib)
        #expect(packed.packed.count < bytes.count)
        knowledge.take(try decoder.decode(packed.unpacked()))
      }
      knowledge.endSnapshot()
    }
    try tell(cache)
    #expect(Set(knowledge.drain()?.updates ?? []) == Set(endpoints + [.inSync]))
    #expect(knowledge.count == 600)
    // Another Typha says the same in another order.
    var other = SnapshotCache()
    _ = other.take(
      UpdateBatch(updates: endpoints.reversed(), status: .inSync, isStatusNew: true))
    try tell(other)
    #expect(knowledge.drain()?.updates == [.inSync])
    let gone = endpoints.prefix(10).compactMap { $0.key?.deletion }
    let new = crowd.endpoints(5)
    _ = other.take(UpdateBatch(updates: gone + new, status: .inSync, isStatusNew: false))
    try tell(other)
    let updates = try #require(knowledge.drain()?.updates)
    #expect(updates.count == 16)
    #expect(Set(updates) == Set(gone + new + [.inSync]))
    #expect(updates.last == .inSync)
  }
}
