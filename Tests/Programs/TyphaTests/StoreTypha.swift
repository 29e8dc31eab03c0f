// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import FanOut
import HostSystem
import NIOCore
import Resources
import Settings
import StoreAccess
import StoreRig
import SyncModel
import Telemetry
import TestSupport
import Testing

@testable import Typha

/// A whole Typha but for its program: a reader of a store, a hub and a listener, always on one port.
final class StoreTypha: Sendable {
  private struct Running {
    var rig: TyphaRig
    var reader: SourceReader
    var health: HealthRegistry
    var task: Task<Void, Never>
  }

  private let store: any Datastore
  private let running = Box<Running?>(nil)
  let port: UInt16

  init(_ store: any Datastore, port: UInt16 = 0) async throws {
    self.store = store
    let first = try await Self.run(store, port: port)
    running.set(first)
    self.port = first.rig.port
  }

  private static func run(_ store: any Datastore, port: UInt16) async throws -> Running {
    let rig = try await TyphaRig(port: port) {
      $0.pingInterval = .milliseconds(100)
      $0.pongTimeout = .seconds(2)
    }
    let health = HealthRegistry()
    let reader = SourceReader(
      hub: rig.hub, pause: .milliseconds(2), health: health, metrics: rig.metrics,
      log: rig.log.logger, open: { () throws(DatastoreError) in store })
    rig.follow { reader.age }
    return Running(rig: rig, reader: reader, health: health, task: Task { await reader.run() })
  }

  var rig: TyphaRig? { running.value?.rig }
  var reader: SourceReader? { running.value?.reader }
  var health: HealthRegistry? { running.value?.health }

  func stop() async {
    guard let old = running.value else { return }
    running.set(nil)
    old.task.cancel()
    await old.task.value
    await old.rig.stop()
  }

  func start() async throws { running.set(try await Self.run(store, port: port)) }
}
