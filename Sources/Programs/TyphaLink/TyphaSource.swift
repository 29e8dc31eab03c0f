// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
public import FanOut
public import HostSystem
public import StoreAccess
public import SyncCoding
public import SyncModel
import Synchronization

/// A Typha as a source of updates: finds one, takes everything from it and then what changes, and
/// after a break goes on with the same or another one.
///
/// What is known stays in force until a Typha has told everything anew; then only what differs is
/// handed on (`Knowledge`).
public final class TyphaSource: SyncSource {
  public struct Options: Sendable {
    /// This node; a Typha on it is preferred.
    public var node: String
    /// This program and its version, for Typha's log.
    public var software: String
    public var interest = Interest.everything
    public var security: LinkSecurity?
    /// How long Typha may say nothing.
    public var readTimeout = Duration.seconds(30)
    /// How long what this side says may not arrive.
    public var writeTimeout = Duration.seconds(10)
    public var connectTimeout = Duration.seconds(10)
    /// Between attempts while no Typha lets it in.
    public var backoff = Backoff(first: .milliseconds(100), longest: .seconds(10))
    /// A Typha that has not heard of the datastore for so long is left for another one.
    public var stalest = Duration.seconds(180)

    public init(node: String, software: String) {
      self.node = node
      self.software = software
    }
  }

  private struct State {
    var knowledge = Knowledge()
    var isFinished = false
  }

  private let options: Options
  private let find: @Sendable () async throws -> [ServiceAddress]
  private let report: @Sendable (TyphaReport) -> Void
  private let clock: HostClock
  private let state = Mutex(State())
  private let signal = Signal()

  /// - Parameters:
  ///   - find: Where Typhas are, in any order; asked before each attempt.
  ///   - report: Told what people should know.
  public init(
    _ options: Options, clock: HostClock = .continuous,
    find: @escaping @Sendable () async throws -> [ServiceAddress],
    report: @escaping @Sendable (TyphaReport) -> Void
  ) {
    self.options = options
    self.clock = clock
    self.find = find
    self.report = report
  }

  /// How many updates are known.
  public var count: Int { state.withLock { $0.knowledge.count } }

  public func next() async -> UpdateBatch? {
    while true {
      let generation = signal.generation
      let (batch, isFinished) = state.withLock { ($0.knowledge.drain(), $0.isFinished) }
      if let batch { return batch }
      if isFinished || Task.isCancelled { return nil }
      await signal.wait(after: generation)
    }
  }

  public func run() async {
    var backoff = options.backoff
    var itinerary = Itinerary(node: options.node)
    while !Task.isCancelled {
      let reason = await visit(&itinerary, &backoff)
      if Task.isCancelled { break }
      update { $0.interrupt(isHopeless: true) }
      let pause = backoff.next()
      report(.unreachable(reason: reason, retryIn: pause))
      do { try await clock.sleep(pause) } catch { break }
    }
    state.withLock { $0.isFinished = true }
    signal.raise()
  }

  /// Goes from Typha to Typha for as long as one of them lets it in; why none did in the end.
  private func visit(_ itinerary: inout Itinerary, _ backoff: inout Backoff) async -> String {
    var reasons: [String] = []
    while true {
      reasons = []
      do {
        let found = try await find()
        if found.isEmpty {
          reasons.append("there is no Typha that takes connections")
        } else {
          itinerary.known = found
        }
      } catch {
        reasons.append("cannot find out where Typhas are: \(error)")
      }
      // Those of before may be there all the same.
      let addresses = itinerary.order(itinerary.known)
      var wasUseful = false
      for address in addresses {
        let visit = TyphaVisit(
          address: address, options: options,
          mayLeaveStale: addresses.count > 1 ? itinerary.mayLeaveStale : nil,
          clock: clock, report: report, update: { [self] change in update(change) })
        let begin = clock.now()
        let end = await visit.run()
        if Task.isCancelled { return "cancelled" }
        if end.hasBegun { update { $0.interrupt(isHopeless: false) } }
        report(.left(address, end.reason))
        itinerary.note(address, end, at: clock.now())
        reasons.append("\(address): \(end.reason)")
        if end.wasUseful {
          wasUseful = true
          // One that breaks again and again is asked for everything ever less often.
          if clock.now() - begin >= backoff.longest { backoff.reset() }
          break
        }
      }
      guard wasUseful else { return reasons.joined(separator: "; ") }
      // Not all at once to the next one, where one had many.
      do { try await clock.sleep(backoff.next()) } catch { return "cancelled" }
    }
  }

  private func update(_ change: (inout sending Knowledge) -> Void) {
    state.withLock { change(&$0.knowledge) }
    signal.raise()
  }
}

/// What people should know of a source that is a Typha.
public enum TyphaReport: Sendable {
  /// A Typha lets us in, and tells everything.
  case connected(ServiceAddress, TyphaGreeting)
  /// It has told everything.
  case inSync(ServiceAddress)
  case left(ServiceAddress, String)
  /// No Typha lets us in: the last state stays in force.
  case unreachable(reason: String, retryIn: Duration)
  /// How Typha's own source is.
  case heard(Ping)
  /// What a newer Typha says and this version does not know, and how often.
  case unknown([UnknownPart: Int])
}
