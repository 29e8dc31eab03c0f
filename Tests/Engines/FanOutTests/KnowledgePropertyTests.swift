// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Glibc
import HostSystem
import Resources
import SyncCoding
import SyncModel
import TestSupport
import Testing

/// A truth that changes, feeders that have heard more or less of it, one agent that goes from one to
/// the other, and a consumer that takes what there is now and then.
@Suite struct KnowledgePropertyTests {
  /// How many stories are told: `CALICO_TEST_WORLDS`.
  private static let stories =
    getenv("CALICO_TEST_WORLDS").flatMap { Int(String(cString: $0)) } ?? 150

  private enum Event {
    case begin
    case frame(SyncFrame)
    case end
  }

  private struct Story {
    var make: RandomUpdates
    let interest: Interest
    private var decoder = SyncDecoder()
    /// What held after each difference, and the differences.
    private var caches = [SnapshotCache()]
    private var differences: [UpdateBatch] = []
    /// How much of it the feeder has heard.
    private var position = 0
    /// What the feeder is saying now.
    private var events: [Event] = []
    private var isConnected = false
    private var knowledge = Knowledge()
    private var model = KnowledgeModel()
    // That every sort of thing happens somewhere is looked at when all stories are told.
    private(set) var happened: [String: Int] = [:]

    init(seed: UInt64) {
      make = RandomUpdates(seed: seed)
      interest = make.random.chance(80) ? .everything : .withoutBGP
    }

    mutating func tell(_ place: Comment) throws {
      for _ in 0..<150 {
        try step()
        try #require(knowledge.count == model.updates.current.count, place)
        if make.random.chance(25) { try drain(place) }
      }
      // In the end somebody knows everything, and tells it.
      position = caches.count - 1
      try connect()
      while !events.isEmpty { perform(events.removeFirst()) }
      try drain(place)
      try #require(knowledge.drain() == nil, place)
      let truth = try truth()
      try #require(model.updates.current == truth.updates, place)
      try #require(model.findings.current == truth.findings, place)
      try #require(model.status == caches[caches.count - 1].status, place)
    }

    private mutating func step() throws {
      switch make.random.below(100) {
      case 0..<4: leave()
      case 4..<6:
        // What belongs to nothing.
        note("an end without a beginning")
        perform(.end)
        if !isConnected { perform(.frame(randomFrame())) }
      case 6..<9 where isConnected:
        note("a snapshot upon another")
        try connect()
      case 9..<14 where !events.isEmpty:
        // A feeder that contradicts itself: the last counts.
        note("something told twice")
        perform(.frame(randomFrame()))
      default:
        if !isConnected {
          position = make.random.chance(50) ? caches.count - 1 : make.random.below(caches.count)
          note(position < caches.count - 1 ? "a feeder that is behind" : "a feeder that is not")
          try connect()
        } else if !events.isEmpty {
          perform(events.removeFirst())
        } else {
          if position == differences.count { grow() }
          try tellDifference()
        }
      }
    }

    private mutating func note(_ what: String) { happened[what, default: 0] += 1 }

    private mutating func leave() {
      if isConnected {
        note(
          !events.isEmpty
            ? model.isComplete ? "a break in a later snapshot" : "a break in the first snapshot"
            : "a break in the differences")
      }
      isConnected = false
      events = []
      for _ in 0...make.random.below(2) {
        let isHopeless = make.random.chance(40)
        knowledge.interrupt(isHopeless: isHopeless)
        model.interrupt(isHopeless: isHopeless)
      }
    }

    private mutating func connect() throws {
      isConnected = true
      let frames = try caches[position].frames(for: interest, bounds: make.bounds())
      events = [.begin] + (try frames.map { .frame(try decoder.decode($0)) }) + [.end]
    }

    /// The truth changes.
    private mutating func grow() {
      var cache = caches[caches.count - 1]
      let batch = make.batch(after: cache.status)
      differences.append(cache.take(batch).batch)
      caches.append(cache)
    }

    private mutating func tellDifference() throws {
      var batch = differences[position]
      position += 1
      batch.updates.removeAll { !interest.includes($0) }
      events = try batch.frames(bounds: make.bounds()).map { .frame(try decoder.decode($0)) }
    }

    private mutating func randomFrame() -> SyncFrame {
      let batch = make.batch(after: .waitForDatastore)
      var frame = SyncFrame()
      frame.updates = batch.updates.filter { interest.includes($0) }
      frame.findings = batch.findings
      return frame
    }

    private mutating func perform(_ event: Event) {
      switch event {
      case .begin:
        knowledge.beginSnapshot()
        model.beginSnapshot()
      case .frame(let frame):
        knowledge.take(frame)
        model.take(frame)
      case .end:
        knowledge.endSnapshot()
        model.endSnapshot()
      }
    }

    private mutating func drain(_ place: Comment) throws {
      let batch = knowledge.drain()
      if let batch {
        if batch.updates.contains(where: \.isDeletion) { note("something gone") }
        if batch.updates.last == .inSync {
          note(batch.isStatusNew ? "a mark with its status" : "a mark alone")
        }
      }
      try model.judge(batch, place)
    }

    private func truth() throws -> (
      updates: [SyncKey: SyncUpdate], findings: [ResourceKey: ObjectFindings]
    ) {
      var updates: [SyncKey: SyncUpdate] = [:]
      var findings: [ResourceKey: ObjectFindings] = [:]
      for batch in differences {
        for update in batch.updates {
          guard let key = update.key, interest.includes(key) else { continue }
          updates[key] = update.isDeletion ? nil : update
        }
        for found in batch.findings { findings[found.key] = found.isNothing ? nil : found }
      }
      return (updates, findings)
    }
  }

  @Test
  func `whatever is told by whomever, what is handed on is what differs, and ends as the truth`()
    throws
  {
    let seed = SplitMix64.seed(for: "KnowledgePropertyTests.stories")
    var happened: [String: Int] = [:]
    for number in 0..<Self.stories {
      var story = Story(seed: seed &+ UInt64(number))
      try story.tell("story \(number)")
      happened.merge(story.happened, uniquingKeysWith: +)
    }
    for what in [
      "a break in the first snapshot", "a break in a later snapshot", "a break in the differences",
      "a snapshot upon another", "an end without a beginning", "something told twice",
      "a feeder that is behind", "a feeder that is not", "something gone", "a mark with its status",
      "a mark alone",
    ] {
      #expect(happened[what, default: 0] > 0, "\(what) happened somewhere")
    }
  }
}
