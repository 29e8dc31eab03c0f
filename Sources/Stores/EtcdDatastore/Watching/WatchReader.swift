// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import FoundationEssentials
import GRPCCore
import Resources
import SwiftProtobuf
import Synchronization

/// Reads one watch from its connection.
final class WatchReader: Sendable {
  /// How it began.
  enum Opening: Sendable {
    /// etcd has accepted it; its revision was then this.
    case open(revision: Int64)
    case failed(CallVerdict, reason: String)
  }

  private struct State {
    var opening: Opening?
    var lastSign = ContinuousClock.now
    /// All up to here has been told.
    var told: Int64
  }

  private static let isAlive: Int64 = -1

  private let query: ListQuery
  private let start: Int64
  private let mailbox: WatchMailbox
  private let store: EtcdDatastore.Siblings
  private let timing: EtcdDatastore.Timing
  private let user: String?
  private let state: Mutex<State>
  private let opened = Signal()

  /// - Parameter start: the revision after which it begins.
  init(
    _ query: ListQuery, after start: Int64, to mailbox: WatchMailbox,
    siblings: EtcdDatastore.Siblings, options: EtcdDatastore.Options
  ) {
    self.query = query
    self.start = start
    self.mailbox = mailbox
    store = siblings
    timing = options.timing
    user = options.user
    state = Mutex(State(told: start))
  }

  /// Waits until etcd has accepted or refused the watch.
  func opening() async -> Opening {
    while true {
      let generation = opened.generation
      if let opening = state.withLock({ $0.opening }) { return opening }
      if Task.isCancelled { return .failed(.failure(.refused(.cancelled)), reason: "cancelled") }
      await opened.wait(after: generation)
    }
  }

  private func decide(_ opening: Opening) {
    state.withLock { state in
      if state.opening == nil { state.opening = opening }
    }
    opened.raise()
  }

  // MARK: - The stream

  /// Follows the watch to its end; the mailbox and `opening` learn of it.
  func run(_ link: EtcdLink, _ metadata: GRPCCore.Metadata, _ client: EtcdClient) async {
    let end = await withTaskGroup(of: End.self) { group in
      group.addTask { await self.stream(link, metadata) }
      group.addTask { await self.watchForSilence() }
      let first = await group.next() ?? End(.broken, "it ended")
      group.cancelAll()
      return first
    }
    decide(.failed(end.verdict, reason: end.reason))
    mailbox.finish(.watchTerminated("\(link.endpoint): \(end.reason)"))
    if !Task.isCancelled { await client.streamFailed(on: link, end.verdict, end.reason) }
  }

  private struct End: Sendable {
    var verdict: CallVerdict
    var reason: String

    init(_ verdict: CallVerdict, _ reason: String) {
      self.verdict = verdict
      self.reason = reason
    }
  }

  private func stream(_ link: EtcdLink, _ metadata: GRPCCore.Metadata) async -> End {
    let range = KeyLayout.watchRange(of: query)
    let create = Etcdserverpb_WatchCreateRequest.with {
      $0.key = range.startData
      $0.rangeEnd = range.endData
      // From what is known already, although that is of no use: of a deletion at the very revision
      // that etcd was compacted to, old servers keep nothing, and say so only to who asks for an
      // earlier one.
      $0.startRevision = max(1, start)
      $0.progressNotify = true
      $0.fragment = true
    }
    var options = CallOptions.defaults
    options.maxRequestMessageBytes = EtcdLink.messageLimit
    do {
      return try await link.watch.watch(metadata: metadata, options: options) { writer in
        try await writer.write(.with { $0.createRequest = create })
        while true {
          try await Task.sleep(for: self.timing.watchQuestion)
          try await writer.write(.with { $0.progressRequest = .init() })
        }
      } onResponse: { response in
        for try await message in response.messages {
          if let end = await self.take(message) { return end }
        }
        return End(.broken, "the server ended the watch")
      }
    } catch let error as RPCError {
      return End(CallVerdict(error, user: user), link.explain(error))
    } catch {
      return End(.broken, link.explain(error))
    }
  }

  /// Ends the watch when the server has given no sign of life for too long.
  private func watchForSilence() async -> End {
    while true {
      let last = state.withLock { $0.lastSign }
      let limit = last + timing.watchLimit
      if limit <= .now { return End(.late, "no sign of life from the server") }
      do { try await Task.sleep(until: limit, clock: .continuous) } catch {
        return End(.broken, "cancelled")
      }
    }
  }

  /// Takes one answer; how the watch ended, if it did.
  private func take(_ message: Etcdserverpb_WatchResponse) async -> End? {
    state.withLock { $0.lastSign = .now }
    if message.canceled { return end(of: message) }
    if message.created {
      decide(.open(revision: message.header.revision))
      return nil
    }
    var events: [WatchEvent] = []
    for event in message.events where event.kv.modRevision > start {
      if let event = await self.event(event) { events.append(event) }
    }
    let told = state.withLock { state in
      if let last = message.events.last {
        // The revision's other pieces may be to come.
        if !message.fragment { state.told = max(state.told, last.kv.modRevision) }
      } else if message.watchID != Self.isAlive {
        state.told = max(state.told, message.header.revision)
      }
      // An answer to our own question may be faster than events that were before it.
      return state.told
    }
    if !message.fragment { events.append(.progress(revision: String(told))) }
    let isWanted = await mailbox.put(events)
    // While the consumer was busy nobody looked for signs of life.
    state.withLock { $0.lastSign = .now }
    return isWanted ? nil : End(.failure(.refused(.cancelled)), "nobody wants it any more")
  }

  private func end(of message: Etcdserverpb_WatchResponse) -> End {
    let reason = message.cancelReason
    if message.compactRevision != 0 {
      let text =
        "the changes after revision \(start) are compacted up to \(message.compactRevision)"
      return End(.failure(.compacted(text)), text)
    }
    // Old servers say of an old token, too, that permission is denied.
    if reason.contains("permission denied") || reason.contains("auth token") {
      return End(.renewToken, reason)
    }
    if reason.contains("no leader") { return End(.elsewhere, reason) }
    return End(.elsewhere, reason.isEmpty ? "the server ended the watch" : reason)
  }

  /// What an event of etcd is to the consumer; nil when it is not for him.
  private func event(_ event: Etcdserverpb_Event) async -> WatchEvent? {
    let value = StoredValue(event.kv)
    guard let name = KeyLayout.name(of: value.key, kind: query.kind) else { return nil }
    let (key, written) =
      switch name {
      case .object(let key, let written): (key, written)
      case .stray(let key): (key, key.name)
      }
    guard query.selects(key) else { return nil }
    if key.longName != nil,
      let sibling = await sibling(of: key, written: written, isGone: event.type == .delete)
    {
      return sibling.event
    }
    if event.type == .delete { return .deleted(key) }
    switch value.meaning(query.kind) {
    case .resource(let resource): return .set(resource)
    case .malformed(let object): return .malformed(object)
    case .nothing: return nil
    }
  }

  private struct Sibling {
    var event: WatchEvent?
  }

  /// Of a policy that is stored under both of its names the one without the tier's is the policy:
  /// what the other one is then does not matter, and when one goes, the other one is what there is.
  private func sibling(of key: ResourceKey, written: String, isGone: Bool) async -> Sibling? {
    let isShort = written == key.name
    if isShort, !isGone { return nil }
    guard let other = await store.find(key, isShort ? key.longName ?? "" : key.name)
    else { return nil }
    return Sibling(event: isShort ? .set(other) : nil)
  }
}
