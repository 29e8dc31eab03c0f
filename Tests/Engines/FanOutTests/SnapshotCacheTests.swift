// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import SyncCoding
import SyncModel
import TestSupport
import Testing

@testable import FanOut

@Suite struct SnapshotCacheTests {
  /// What a cache holds, without any bytes.
  private struct Model {
    var updates: [SyncKey: SyncUpdate] = [:]
    var findings: [ResourceKey: ObjectFindings] = [:]
    var status = SyncStatus.waitForDatastore

    /// What changes something, in order, and how many updates do not.
    mutating func take(_ batch: UpdateBatch) -> (news: UpdateBatch, skipped: Int) {
      var news = UpdateBatch(status: batch.status, isStatusNew: batch.isStatusNew)
      var skipped = 0
      for update in batch.updates {
        let new = update.isDeletion ? nil : update
        if let key = update.key {
          if updates[key] == new {
            skipped += 1
            continue
          }
          updates[key] = new
        }
        news.updates.append(update)
      }
      for found in batch.findings {
        let new = found.isNothing ? nil : found
        if findings[found.key] == new { continue }
        findings[found.key] = new
        news.findings.append(found)
      }
      status = batch.status
      return (news, skipped)
    }

    func holds(_ cache: SnapshotCache, _ place: Comment) throws {
      try #require(cache.count == updates.count, place)
      try #require(cache.bytes == updates.values.reduce(0) { $0 + $1.encoded.count }, place)
      let nodes = updates.keys.count { if case .node = $0 { true } else { false } }
      try #require(cache.nodes == nodes, place)
      try #require(cache.status == status, place)
    }

    /// Holds the frames against what an interest includes of everything.
    func isTold(
      by cache: SnapshotCache, _ bounds: FrameBuilder.Bounds, _ place: Comment
    ) throws {
      for interest in Interest.allCases {
        var decoder = SyncDecoder()
        var told = Model()
        let frames = try cache.frames(for: interest, bounds: bounds)
        for (index, bytes) in frames.enumerated() {
          let frame = try decoder.decode(bytes)
          let isLast = index == frames.count - 1
          try #require(frame.status == (isLast ? status : nil), place)
          try #require(frame.isStatusNew == isLast, place)
          try #require(frame.updates.count + frame.findings.count <= bounds.items, place)
          try #require(isLast || !frame.updates.isEmpty || !frame.findings.isEmpty, place)
          for update in frame.updates {
            let key = try #require(update.key, place)
            try #require(told.updates.updateValue(update, forKey: key) == nil, place)
          }
          for found in frame.findings {
            try #require(told.findings.updateValue(found, forKey: found.key) == nil, place)
          }
        }
        let wanted = updates.filter { key, _ in
          switch key {
          case .bgpPeer, .bgpConfiguration: interest == .everything
          default: true
          }
        }
        try #require(told.updates == wanted, place)
        try #require(told.findings == findings, place)
      }
    }
  }

  @Test func `it holds what was said last, and skips exactly what changes nothing`() throws {
    let seed = SplitMix64.seed(for: "SnapshotCacheTests.model")
    for trial in 0..<30 {
      var make = RandomUpdates(seed: seed &+ UInt64(trial))
      var cache = SnapshotCache()
      var model = Model()
      var copies: [(SnapshotCache, Model)] = []
      for step in 0..<60 {
        let place: Comment = "trial \(trial), step \(step)"
        let batch = make.batch(after: model.status)
        let taken = cache.take(batch)
        let (news, skipped) = model.take(batch)
        try #require(taken.batch.updates == news.updates, place)
        try #require(taken.batch.findings == news.findings, place)
        try #require(taken.batch.status == batch.status, place)
        try #require(taken.batch.isStatusNew == batch.isStatusNew, place)
        try #require(taken.skipped == skipped, place)
        try #require(
          taken.isNews
            == (!news.updates.isEmpty || !news.findings.isEmpty || batch.isStatusNew), place)
        try model.holds(cache, place)
        if make.random.chance(10) { copies.append((cache, model)) }
      }
      for (copy, model) in copies + [(cache, model)] {
        try model.holds(copy, "trial \(trial)")
        try model.isTold(by: copy, make.bounds(), "trial \(trial)")
      }
    }
  }

  @Test func `the random updates are of every kind, and each kind is told`() throws {
    var cache = SnapshotCache()
    let updates = RandomUpdates.keys.map { RandomUpdates.value(1, of: $0) }
    #expect(Set(updates.map { "\($0)".prefix { $0 != "(" } }).count == 13)
    let taken = cache.take(UpdateBatch(updates: updates, status: .inSync, isStatusNew: true))
    #expect(taken.batch.updates == updates)
    #expect(cache.count == updates.count)
    var decoder = SyncDecoder()
    let frames = try cache.frames(for: .everything)
    #expect(frames.count == 1)
    #expect(try Set(decoder.decode(frames[0]).updates) == Set(updates))
  }

  @Test func `an empty cache has one frame, which says its status`() throws {
    var decoder = SyncDecoder()
    let frames = try SnapshotCache().frames(for: .everything)
    let frame = try decoder.decode(#require(frames.first))
    #expect(frames.count == 1)
    #expect(frame.updates.isEmpty && frame.findings.isEmpty)
    #expect(frame.status == .waitForDatastore)
  }

  @Test func `the mark is always news, and never a part of a snapshot`() throws {
    var cache = SnapshotCache()
    for _ in 0..<2 {
      let taken = cache.take(
        UpdateBatch(updates: [.inSync], status: .inSync, isStatusNew: false))
      #expect(taken.batch.updates == [.inSync])
      #expect(taken.isNews)
      #expect(taken.skipped == 0)
    }
    #expect(cache.count == 0)
    #expect(cache.bytes == 0)
  }

  @Test func `a status that is not new, with nothing else, is no news`() {
    var cache = SnapshotCache()
    #expect(cache.take(UpdateBatch(status: .inSync, isStatusNew: true)).isNews)
    #expect(!cache.take(UpdateBatch(status: .inSync, isStatusNew: false)).isNews)
    let again = UpdateBatch(
      updates: [.node("a", nil)], findings: [ObjectFindings(key: Self.key, asks: Asks(Self.key))],
      status: .inSync, isStatusNew: false)
    let taken = cache.take(again)
    #expect(!taken.isNews)
    #expect(taken.skipped == 1)
  }

  private static let key = ResourceKey(kind: .tier, name: "t")

  @Test func `what differs only in its bytes is told, though Unicode calls it equal`() {
    var cache = SnapshotCache()
    let composed = SyncUpdate.node("a", SyncNode(labels: ["l": "\u{e9}"]))
    let decomposed = SyncUpdate.node("a", SyncNode(labels: ["l": "e\u{301}"]))
    #expect(composed == decomposed)
    for (update, skipped) in [(composed, 0), (decomposed, 0), (decomposed, 1)] {
      let batch = UpdateBatch(updates: [update], status: .inSync, isStatusNew: false)
      #expect(cache.take(batch).skipped == skipped)
    }
    #expect(cache.nodes == 1)
  }

  @Test func `interests leave out BGP, and nothing else`() {
    for key in RandomUpdates.keys {
      let isBGP =
        switch key {
        case .bgpPeer, .bgpConfiguration: true
        default: false
        }
      #expect(Interest.everything.includes(key))
      #expect(Interest.withoutBGP.includes(key) == !isBGP)
      #expect(Interest.withoutBGP.includes(key.deletion) == !isBGP)
    }
    for interest in Interest.allCases { #expect(interest.includes(.inSync)) }
  }
}
