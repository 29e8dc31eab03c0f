// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import Datastore
import LocalDatastore
import Logging
import Netlink
import Resources
import Settings
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import NodeAgent

@Suite("Registering a node in its datastore")
struct RegistrationTests {
  /// A datastore that cannot be reached at first.
  private final class Door: Sendable {
    private let state: Mutex<(failures: Int, opened: Int)>
    private let path: String

    init(failures: Int, path: String) {
      state = Mutex((failures, 0))
      self.path = path
    }

    var opened: Int { state.withLock { $0.opened } }

    func open() async throws(DatastoreError) -> any Datastore {
      let fails = state.withLock { state in
        defer { state.failures -= 1 }
        return state.failures > 0
      }
      if fails { throw .unavailable("nobody is there") }
      state.withLock { $0.opened += 1 }
      return try await LocalDatastore.open(path: path, durability: .processCrash)
    }
  }

  private struct Rig {
    let folder = TemporaryFolder()
    let time = ManualTime()
    let health = HealthRegistry()
    let door: Door
    let registration: Registration

    init(failures: Int = 0, _ more: [String: String] = [:]) throws {
      let environment = [
        "NODENAME": "n1", "IP": "10.0.0.5/24", "CALICO_LIB_DIR": folder.file("lib"),
        "CALICO_RUN_DIR": folder.file("run"), "CALICO_IPV4POOL_CIDR": "10.1.0.0/16",
      ].merging(more) { $1 }
      let door = Door(failures: failures, path: folder.file("ds.db"))
      self.door = door
      var log = Logger(label: "test")
      log.logLevel = .critical
      health.register("async_calc_graph", reports: [.live, .ready])
      registration = Registration(
        configuration: try NodeConfiguration(environment: environment, hostName: "host"),
        settings: try SettingsState(node: "n1", environment: [:], file: SettingsFile("")),
        version: "v9", health: health,
        notice: LockNotice(health: health, metrics: MetricsRegistry(), log: log), log: log,
        clock: time.clock, open: { () throws(DatastoreError) in try await door.open() },
        interfaces: { () throws(NetlinkError) in [] })
    }

    func store() async throws -> LocalDatastore {
      try await LocalDatastore.open(path: folder.file("ds.db"), durability: .processCrash)
    }
  }

  @Test("waits, where it is told to, for a datastore that cannot be reached, and says so meanwhile")
  func unreachable() async throws {
    let rig = try Rig(failures: 3, ["WAIT_FOR_DATASTORE": "true"])
    async let registered = rig.registration.run()
    for _ in 0..<3 {
      let pause = await rig.time.sleeper() - rig.time.now
      #expect(rig.health.liveness.isGood && !rig.health.readiness.isGood)
      #expect(rig.health.readiness.reason.contains("nobody is there"))
      rig.time.pass(pause)
    }
    let result = try await registered
    #expect(result.node.spec.bgp?.ipv4Address == "10.0.0.5/24")
    #expect(rig.door.opened == 1)
    await result.store.close()
  }

  @Test("ends with the reason where it is not told to wait")
  func fatal() async throws {
    let rig = try Rig(failures: 1)
    await #expect {
      _ = try await rig.registration.run()
    } throws: { error in
      guard case StartupError.datastoreUnavailable(let reason) = error else { return false }
      return reason.contains("nobody is there")
    }
    #expect(rig.time.isIdle && rig.door.opened == 0)
  }

  @Test("waits until the datastore is unlocked, and resolves the settings with what it says then")
  func locked() async throws {
    let rig = try Rig()
    let store = try await rig.store()
    try await store.setLocked(true)
    async let registered = rig.registration.run()
    for _ in 0..<2 {
      #expect(await rig.time.sleeper() - rig.time.now == .seconds(1))
      #expect(rig.health.readiness.reason.contains("locked for a migration"))
      #expect(rig.health.readiness.notes.contains { $0.hasPrefix("datastore: locked") })
      #expect(rig.health.liveness.isGood)
      #expect(try await store.all(Node.self).isEmpty)
      rig.time.pass(.seconds(1))
    }
    _ = await rig.time.sleeper()
    var configuration = FelixConfiguration(name: "node.n1")
    configuration.spec.interfacePrefix = "tap"
    _ = try await store.create(configuration)
    try await store.setLocked(false)
    rig.time.pass(.seconds(1))
    let result = try await registered
    #expect(result.settings.dataplane.interfacePrefixes == ["tap"])
    #expect(!rig.health.readiness.notes.contains { $0.hasPrefix("datastore:") })
    await result.store.close()
    await store.close()
  }
}
