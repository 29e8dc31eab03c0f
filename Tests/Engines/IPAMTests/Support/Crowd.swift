// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import HostSystem
import IPAM
import StoresUnderTest
import TestSupport

/// Workers that take addresses and give some back, all at the same time, each over a connection of
/// its own; many of their calls end early. As a container runtime does, a worker whose call ended
/// without an answer asks once more, or gives back what it may have got.
struct Crowd: Sendable {
  let subject: StoreUnderTest
  let seed: UInt64
  let time: TestClock
  /// Few, so that workers meet in the same blocks.
  static let hosts = ["a", "b", "c"]

  /// What came of the work of one worker.
  struct Account: Sendable {
    /// What it has been given and not given back, by handle.
    var kept: [String: [IPAddress]] = [:]
    var calls = 0
    /// Calls that ended without an answer.
    var interrupted = 0
  }

  func work(_ worker: Int, steps: Int) async throws -> Account {
    var random = SplitMix64(seed: seed &+ UInt64(worker))
    var account = Account()
    let store = try await subject.openAgain()
    for step in 0..<steps {
      let request = AutoAssignRequest(
        host: Self.hosts[worker % Self.hosts.count], handle: "h\(worker)-\(step)", v4Count: 2,
        reuseExisting: true)
      let take = { @Sendable (ipam: IPAMClient) in try await Self.take(request, ipam) }
      let giveBack = { @Sendable (ipam: IPAMClient) in
        _ = try await ipam.release(handle: request.handle)
      }
      account.calls += 1
      var taken = try await once(store, &random, take)
      if taken == nil {
        account.interrupted += 1
        if random.chance(50) { taken = try await persistently(store, take) }
      }
      if let taken, random.chance(60) {
        account.kept[request.handle] = taken
        continue
      }
      account.calls += 1
      if try await once(store, &random, giveBack) == nil {
        account.interrupted += 1
        try await persistently(store, giveBack)
      }
    }
    await store.close()
    return account
  }

  private static func take(
    _ request: AutoAssignRequest, _ ipam: IPAMClient
  ) async throws -> [IPAddress] {
    let result = try await ipam.autoAssign(request)
    if let failure = result.failure { throw failure }
    return result.v4.assignments.map(\.address)
  }

  /// One call, which may be struck or cancelled. Nil if its end is not known.
  private func once<R: Sendable>(
    _ store: any Datastore, _ random: inout SplitMix64,
    _ call: @escaping @Sendable (IPAMClient) async throws -> R
  ) async throws -> R? {
    var client = client(on: store)
    var patience: Duration?
    switch random.below(100) {
    case 0..<35:
      let killer = Killer(atCall: 1 + random.below(16), random.pick(Killer.Ending.allCases))
      client = self.client(on: killer.wrap(store))
    case 35..<60: patience = .microseconds(random.below(20_000))
    default: break
    }
    let reached = client
    let task = Task { try await call(reached) }
    if let patience {
      try await Task.sleep(for: patience)
      task.cancel()
    }
    do {
      return try await task.value
    } catch {
      guard Self.isOpen(error) else { throw error }
      return nil
    }
  }

  /// One call as often as it takes to get an answer.
  @discardableResult
  private func persistently<R: Sendable>(
    _ store: any Datastore, _ call: @Sendable (IPAMClient) async throws -> R
  ) async throws -> R {
    for _ in 0..<100 {
      do {
        return try await call(client(on: store))
      } catch {
        guard Self.isOpen(error) else { throw error }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
    return try await call(client(on: store))
  }

  private func client(on store: any Datastore) -> IPAMClient {
    IPAMClient(store: store, clock: time.clock)
  }

  /// Whether an error leaves open what was done.
  private static func isOpen(_ error: any Error) -> Bool {
    switch error as? IPAMError {
    case .datastore(.unavailable), .datastore(.cancelled): true
    default: false
    }
  }
}
