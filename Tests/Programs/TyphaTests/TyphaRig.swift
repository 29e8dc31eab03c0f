// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Logging
import NIOCore
import Resources
import Settings
import StoreAccess
import SyncModel
import Synchronization
import Telemetry
import TestSupport
import TyphaLink

@testable import Typha

/// A Typha without a datastore, on a port of loopback: what it tells is fed to it.
final class TyphaRig: Sendable {
  let hub: Hub
  let listener: Listener
  let metrics: TyphaMetrics
  let port: UInt16
  let log: LogLines
  private let known = Mutex(Known())
  private let age: Box<@Sendable () -> Duration?> = Box { .zero }

  init(
    security: LinkSecurity? = nil, port: UInt16 = 0,
    _ change: (inout ServerLimits) -> Void = { _ in }
  ) async throws {
    var limits = ServerLimits(TyphaSettings())
    change(&limits)
    let lines = LogLines()
    let log = lines.logger
    let metrics = TyphaMetrics(MetricsRegistry())
    let hub = try Hub(limits: limits, metrics: metrics, log: log)
    let age = age
    let made = limits
    listener = try await Listener(threads: 2, security: security, log: log) { loop, index in
      Room(
        loop: loop, limits: made, host: "typha", software: "calico-typha test", metrics: metrics,
        log: log,
        requests: Room.Requests(
          snapshot: { interest, reach in
            Task { await hub.want(interest, reach: reach, room: index) }
          }, age: { age.value() }))
    }
    await hub.open(listener.rooms)
    try await listener.open(host: "127.0.0.1", port: Int(port))
    self.port = UInt16(clamping: listener.address?.port ?? 0)
    self.hub = hub
    self.metrics = metrics
    self.log = lines
  }

  func address(node: String? = nil) -> ServiceAddress {
    ServiceAddress(host: "127.0.0.1", port: port, node: node)
  }

  /// What it was fed.
  var truth: Known { known.withLock { $0 } }

  func setAge(_ age: Duration?) { self.age.set { age } }

  /// How old its state is, is said by another.
  func follow(_ age: @escaping @Sendable () -> Duration?) { self.age.set(age) }

  func feed(
    _ updates: [SyncUpdate], status: SyncStatus = .inSync, isNew: Bool = false
  ) async {
    known.withLock { $0.apply(updates) }
    await hub.take(UpdateBatch(updates: updates, status: status, isStatusNew: isNew))
  }

  /// The first batch.
  func begin(_ updates: [SyncUpdate]) async { await feed(updates + [.inSync], isNew: true) }

  var connections: Int { Int(metrics.connectionsActive.value) }
  var followers: Int { Int(metrics.connectionsStreaming.value) }

  func stop() async {
    await listener.close(Farewell(.shutdown, "this Typha ends"))
    hub.stop()
  }
}

/// A value that several change.
final class Box<Value: Sendable>: Sendable {
  private let state: Mutex<Value>
  init(_ value: Value) { state = Mutex(value) }
  var value: Value { state.withLock { $0 } }
  func set(_ value: Value) { state.withLock { $0 = value } }
  func change<T: Sendable>(_ body: (inout sending Value) -> sending T) -> T { state.withLock(body) }
}

/// The lines of a log.
final class LogLines: Sendable {
  private let state = Mutex<[String]>([])

  struct Handler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      lines.state.withLock { $0.append("\(event.level) \(event.message)") }
    }
  }

  var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }
  var all: [String] { state.withLock { $0 } }

  func has(_ text: String) -> Bool { all.contains { $0.contains(text) } }
}
