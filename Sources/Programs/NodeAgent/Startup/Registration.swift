// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import HostSystem
import Logging
import ProgramServices
import Netlink
import Resources
import StoreAccess
import SyncModel
import Telemetry

/// The fourth step: opens the datastore, registers the node in it and resolves the settings with what
/// it says. Waits for a datastore that is locked, and with `WAIT_FOR_DATASTORE` for one that cannot
/// be reached, and says so in health.
struct Registration: Sendable {
  /// What the step gives.
  struct Registered: Sendable {
    let store: any Datastore
    let node: Node
    /// All sources together. From here on only the source of updates changes them.
    let settings: SettingsState
  }

  /// How often a locked datastore is asked whether it still is.
  private static let lockInterval = Duration.seconds(1)

  let configuration: NodeConfiguration
  let settings: SettingsState
  let version: String
  let health: HealthRegistry
  let notice: LockNotice
  let log: Logger
  var clock = HostClock.continuous
  /// Opens the datastore.
  let open: @Sendable () async throws(DatastoreError) -> any Datastore
  /// The host's interfaces.
  var interfaces: @Sendable () throws(NetlinkError) -> [HostInterface] = {
    () throws(NetlinkError) in try HostNetwork.read()
  }

  /// Opens the datastore, registers the node and reads its settings.
  func run() async throws -> Registered {
    var backoff = Backoff()
    while true {
      let reason: String
      do throws(StartupError) {
        return try await attempt()
      } catch {
        guard configuration.waitsForDatastore, case .datastoreUnavailable = error else {
          throw error
        }
        reason = "\(error)"
      }
      let pause = backoff.next()
      log.warning("\(reason); again in \(pause.inWords)")
      health.report("async_calc_graph", live: true, ready: false, detail: reason)
      try await clock.sleep(pause)
    }
  }

  private func attempt() async throws(StartupError) -> Registered {
    let store: any Datastore
    do throws(DatastoreError) {
      store = try await open()
    } catch {
      throw StartupError(error)
    }
    do {
      return try await register(in: store)
    } catch {
      await store.close()
      throw error
    }
  }

  /// Registers the node and reads its settings, once the datastore is not locked for a migration.
  private func register(in store: any Datastore) async throws(StartupError) -> Registered {
    let startup = NodeStartup(store: store, configuration: configuration, version: version) {
      log.info("\($0)")
    }
    while true {
      do throws(StartupError) {
        let host: [HostInterface]
        do throws(NetlinkError) {
          host = try interfaces()
        } catch {
          throw .kernel("\(error)")
        }
        let node = try await startup.run(
          interfaces: host, sourceTowards: { HostNetwork.source(towards: $0) })
        let configurations = try await felixConfigurations(store)
        notice.show(false)
        return Registered(store: store, node: node, settings: resolve(configurations, node))
      } catch .datastoreLocked {
        notice.show(true)
        health.report("async_calc_graph", live: true, ready: false, detail: LockNotice.reason)
      }
      do { try await clock.sleep(Self.lockInterval) } catch { throw .datastore("cancelled") }
    }
  }

  private func resolve(
    _ configurations: [String: SyncFelixConfiguration], _ node: Node
  ) -> SettingsState {
    var settings = settings
    for problem in settings.start(configurations, labels: node.metadata.labels) {
      log.warning("\(problem)")
    }
    return settings
  }

  /// Errors: `datastoreLocked` when what was read may be half of what it was.
  private func felixConfigurations(
    _ store: any Datastore
  ) async throws(StartupError) -> [String: SyncFelixConfiguration] {
    let stored: [FelixConfiguration]
    let lock: ClusterInformation?
    do throws(DatastoreError) {
      stored = try await store.all(FelixConfiguration.self)
      lock = try await store.find(ClusterInformation.self, DatastoreLock.name)
    } catch {
      throw StartupError(error)
    }
    if DatastoreLock.isLocked(lock) { throw .datastoreLocked }
    return SettingsState.configurations(stored)
  }
}

extension Registration {
  /// - Parameter groundwork: The dataplane is up: the datastore may be waited for.
  init(_ launch: Launch, _ groundwork: Groundwork) throws {
    let access = try DatastoreConfiguration.read(
      file: launch.configurationFile, environment: launch.environment)
    launch.log.info("using the \(access)")
    self.init(
      configuration: launch.configuration, settings: launch.settings, version: launch.version,
      health: groundwork.health, notice: groundwork.notice, log: launch.log,
      open: { () throws(DatastoreError) in try await access.open(durability: .full) })
  }
}
