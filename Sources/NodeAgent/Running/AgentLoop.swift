// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Logging
import ServiceLifecycle
import Settings
import Telemetry

/// Everything that the agent does over and over, until it is told to stop.
///
/// Its description is what the service group logs: a name, and nothing of the environment.
struct AgentLoop: Service, CustomStringConvertible {
  var description: String { "agent" }

  let core: AgentCore
  let gate: LockGate
  let bird: BirdController?
  let server: StatusServer
  let health: HealthRegistry
  let output: LogOutput
  var settings: SettingsState
  let log: Logger

  func run() async throws {
    let watcher = try LinkWatcher()
    await core.startRetrying()
    try await withGracefulShutdownHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await gate.run() }
        group.addTask { await follow() }
        group.addTask {
          for await changes in watcher.changes(log: log) {
            if changes.areLost { await core.refreshInterfaces() }
            await core.linksChanged(changes.names, host: changes.host)
          }
        }
        group.addTask { try await guardTable() }
        if let bird { group.addTask { try await watch(bird) } }
        group.addTask {
          try? await gracefulShutdown()
          throw CancellationError()
        }
        defer { group.cancelAll() }
        // The first error ends the loop; `waitForAll` would wait for the others, which never end.
        do { while try await group.next() != nil {} } catch is CancellationError {}
      }
    } onGracefulShutdown: {
      log.info("stopping")
    }
    await core.stopRetrying()
  }

  /// Takes what the syncer delivers and the lock lets pass. Settings take effect as they change.
  private func follow() async {
    var settings = settings
    let policyRefresh = Periodic { await core.refreshPolicy() }
    let interfaceRefresh = Periodic { await core.refreshInterfaces() }
    var isConfigured = false
    var isComplete = false
    while let batch = await gate.next() {
      health.report(
        "async_calc_graph", live: true, ready: batch.status != .waitForDatastore || batch.isUsable,
        detail: batch.status.rawValue)
      let effects = await core.process(batch)
      var plan = effects.routing
      // What was read at the start counts until everything has been read once: a configuration that
      // has not come yet is not one that was deleted.
      isComplete = isComplete || batch.status == .inSync
      if effects.settingsChanged, isComplete {
        let old = settings.current
        for problem in settings.update(
          await core.felixConfigurations, labels: await core.labels)
        {
          log.warning("\(problem)")
        }
        if old != settings.current || !isConfigured {
          isConfigured = true
          output.level = settings.logLevel
          plan = await core.configure(settings.dataplane) ?? plan
          await server.serve(
            health: settings.healthAddress, metrics: settings.metricsAddress)
          await policyRefresh.set(settings.current.nftablesRefreshInterval)
          await interfaceRefresh.set(Self.interfaceInterval(settings.current))
        }
      }
      if let bird, let plan { await bird.take(plan) }
    }
    await policyRefresh.stop()
    await interfaceRefresh.stop()
  }

  /// Routes and interfaces are compared with the kernel in one go.
  private static func interfaceInterval(_ settings: FelixSettings) -> Duration {
    [settings.routeRefreshInterval, settings.interfaceRefreshInterval].filter { $0 > .zero }.min()
      ?? .zero
  }

  /// Between refreshes, which look at everything, looks at whether there is a table at all.
  private func guardTable() async throws {
    while true {
      try await Task.sleep(for: .seconds(1))
      await core.checkTable()
    }
  }

  private func watch(_ bird: BirdController) async throws {
    while true {
      try await Task.sleep(for: .seconds(2))
      await bird.check()
    }
  }
}

extension SyncBatch {
  /// Whether it brings anything: a syncer that lost its store still delivers what it had.
  fileprivate var isUsable: Bool { !changes.isEmpty }
}
