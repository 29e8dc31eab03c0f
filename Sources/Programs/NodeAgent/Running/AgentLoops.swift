// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Logging
import NetworkEngine
import ProgramServices
import Resources
import ServiceLifecycle
import Settings
import SyncModel
import Telemetry

/// Everything that the agent does over and over, until it is told to stop.
///
/// Each loop waits for its own only: what policy leads to elsewhere is put where the loop concerned
/// finds the newest of it, so that neither a BIRD that does not answer nor a port that is not free
/// holds policy up.
struct AgentLoops: Sendable {
  /// What somebody asked over the socket.
  typealias Request = (AgentRequest, AgentResponder)

  let core: AgentCore
  let source: any SyncSource
  let bird: (any RoutingDaemon)?
  let server: StatusServer
  let requests: AsyncStream<Request>
  let mtu: PodMTU
  let health: HealthRegistry
  let output: LogOutput
  var settings: SettingsState
  let log: Logger

  /// What is to run, in the order of its start. It ends in the reverse order, each before the next:
  /// health is served to the last.
  func services() throws -> [any Service] {
    let plans = AsyncStream.makeStream(
      of: NetworkEngine.Plan.self, bufferingPolicy: .bufferingNewest(1))
    let addresses = AsyncStream.makeStream(
      of: StatusAddresses.self, bufferingPolicy: .bufferingNewest(1))
    let mtu = mtu
    let watcher = try LinkWatcher(heed: { mtu.take($0) })
    var services = [
      ProgramService("status server") { await server.stop() },
      ProgramService(loop: "addresses of the status server") {
        for await next in addresses.stream {
          await server.serve(health: next.health, metrics: next.metrics)
        }
      },
      ProgramService(loop: "table") { try await guardTable() },
      ProgramService(loop: "retries") { await core.keepRetrying() },
      ProgramService(loop: "links") {
        for await changes in watcher.changes(log: log) {
          if changes.areLost { await core.refreshInterfaces() }
          await core.linksChanged(changes.names, host: changes.host)
        }
      },
    ]
    if let bird {
      services += [
        ProgramService(loop: "BIRD") { try await watch(bird) },
        ProgramService(loop: "plans for BIRD") {
          for await plan in plans.stream { await bird.take(plan) }
        },
      ]
    }
    services += [
      ProgramService(loop: "source") { await source.run() },
      ProgramService(loop: "updates") { await follow(plans.continuation, addresses.continuation) },
      ProgramService(loop: "requests") {
        for await (request, responder) in requests { await core.take(request, responder) }
      },
    ]
    return services
  }

  /// Where health and metrics are served; `nil` is nowhere.
  private struct StatusAddresses: Sendable {
    var health: StatusServer.Address?
    var metrics: StatusServer.Address?
  }

  /// Hands what the source delivers to all who need it: the core, which programs the kernel and says
  /// what BIRD is to do, and the settings, which take effect as they change.
  private func follow(
    _ plans: AsyncStream<NetworkEngine.Plan>.Continuation,
    _ addresses: AsyncStream<StatusAddresses>.Continuation
  ) async {
    var settings = settings
    let policyRefresh = Periodic { await core.refreshPolicy() }
    let interfaceRefresh = Periodic { await core.refreshInterfaces() }
    var isConfigured = false
    var isComplete = false
    while let batch = await source.next() {
      health.report(
        "async_calc_graph", live: true, ready: batch.status != .waitForDatastore || batch.isUsable,
        detail: batch.status.rawValue)
      let effects = await core.process(batch)
      var plan = effects.routing
      var settingsChanged = false
      for update in batch.updates { if settings.apply(update) { settingsChanged = true } }
      // What was read at the start counts until everything has been read once: a configuration that
      // has not come yet is not one that was deleted.
      isComplete = isComplete || batch.status == .inSync
      if settingsChanged, isComplete {
        let old = settings.current
        for problem in settings.settle() { log.warning("\(problem)") }
        if old != settings.current || !isConfigured {
          isConfigured = true
          output.configuration = settings.logs
          plan = await core.configure(settings.dataplane) ?? plan
          addresses.yield(
            StatusAddresses(health: settings.healthAddress, metrics: settings.metricsAddress))
          await policyRefresh.set(settings.current.nftablesRefreshInterval)
          await interfaceRefresh.set(Self.interfaceInterval(settings.current))
        }
      }
      if let plan { plans.yield(plan) }
    }
    await policyRefresh.stop()
    await interfaceRefresh.stop()
  }

  /// Routes and interfaces are compared with the kernel in one go.
  private static func interfaceInterval(_ settings: FelixSettings) -> Duration {
    [settings.routeRefreshInterval, settings.interfaceRefreshInterval].filter { $0 > .zero }.min()
      ?? .zero
  }

  /// Between refreshes, which look at everything, looks at whether there is a table at all. A
  /// dataplane that does not answer for as long as upstream's default allows is not live.
  private func guardTable() async throws {
    health.register("int_dataplane", reports: [.live, .ready], timeout: .seconds(90))
    while true {
      await core.checkTable()
      try await Task.sleep(for: .seconds(1))
    }
  }

  private func watch(_ bird: any RoutingDaemon) async throws {
    while true {
      try await Task.sleep(for: .seconds(2))
      await bird.check()
    }
  }
}

extension UpdateBatch {
  /// Whether it brings anything: a source that lost its store still delivers what it had.
  fileprivate var isUsable: Bool { !updates.isEmpty }
}
