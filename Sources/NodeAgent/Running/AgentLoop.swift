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
    try await withGracefulShutdownHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await gate.run() }
        group.addTask { await follow() }
        group.addTask {
          for await names in watcher.changes(log: log) {
            if names.isEmpty { await core.refreshInterfaces() }
            for name in names { await core.linkChanged(name) }
          }
        }
        group.addTask { try await retry() }
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
  }

  /// Takes what the syncer delivers and the lock lets pass. Settings take effect as they change.
  private func follow() async {
    var settings = settings
    var refresher: Task<Void, Never>?
    var isComplete = false
    defer { refresher?.cancel() }
    while let batch = await gate.next() {
      health.report(
        "async_calc_graph", live: true, ready: batch.status != .waitForDatastore || batch.isUsable,
        detail: batch.status.rawValue)
      let effects = await core.process(batch)
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
        if old != settings.current || refresher == nil {
          output.level = settings.logLevel
          await core.configure(settings.dataplane)
          await server.serve(
            health: settings.healthAddress, metrics: settings.metricsAddress)
          refresher?.cancel()
          refresher = Task { [settings] in await refresh(settings) }
        }
      }
      if let bird, let plan = effects.routing { await bird.take(plan) }
    }
  }

  /// Compares with the kernel from time to time.
  private func refresh(_ settings: SettingsState) async {
    await withTaskGroup(of: Void.self) { group in
      let current = settings.current
      let interfaces =
        [current.routeRefreshInterval, current.interfaceRefreshInterval]
        .filter { $0 > .zero }.min() ?? .zero
      group.addTask {
        await Self.every(current.nftablesRefreshInterval) { await core.refreshPolicy() }
      }
      group.addTask { await Self.every(interfaces) { await core.refreshInterfaces() } }
    }
  }

  private static func every(_ interval: Duration, _ work: () async -> Void) async {
    guard interval > .zero else { return }
    while true {
      do { try await Task.sleep(for: interval) } catch { return }
      await work()
    }
  }

  /// Tries again what could not be programmed.
  private func retry() async throws {
    var backoff = SyncBackoff(first: .milliseconds(250), longest: .seconds(10))
    while true {
      try await Task.sleep(for: backoff.next())
      if await core.needsRetry { await core.retry() } else { backoff.reset() }
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
