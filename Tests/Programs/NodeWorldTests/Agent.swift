// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import AgentProtocol
import Dataplane
import Datastore
import Glibc
import HostSystem
import Logging
import Netlink
import NetworkEngine
import Resources
import Settings
import SyncModel
import Telemetry
import TestSupport

@testable import NodeAgent

/// The agent of the node, without its loop: it is handed what is in the store in any order and in
/// any pieces, and told of links when the world likes.
final class Agent {
  static let kinds: [Kind] = [
    .workloadEndpoint, .hostEndpoint, .networkPolicy, .globalNetworkPolicy, .tier, .profile,
    .networkSet, .globalNetworkSet, .ipPool, .node, .ipamBlock, .bgpPeer, .bgpConfiguration,
    .felixConfiguration, .clusterInformation,
  ]

  let core: AgentCore
  private let dataplane: Dataplane
  private let health = HealthRegistry()
  private let monitor: RouteMonitor
  private var converter = SyncConverter()
  private var settings: SettingsState
  private var isConfigured = false
  /// What the agent has been told, by the revision.
  private var told: [ResourceKey: String] = [:]
  private var isInSync = false
  /// What happened to the node's network, and what it has not been told of.
  private var heard = LinkWatcher.Changes()
  private var gateways: Set<IPAddress> = []
  /// What the settings had to say.
  private(set) var words: [String] = []
  /// What BIRD was told last.
  private(set) var plan: NetworkEngine.Plan?

  /// - Parameter prefixes: `FELIX_INTERFACEPREFIX`; nil where it is not set.
  init(_ world: World.Base, prefixes: String?) async throws {
    var log = Logger(label: "world")
    log.logLevel = .critical
    // Subscribed before anything is looked at, as the agent does.
    monitor = try RouteMonitor([.links, .addresses, .routes], in: world.ground.node)
    settings = try SettingsState(
      node: world.node, environment: prefixes.map { ["FELIX_INTERFACEPREFIX": $0] } ?? [:],
      file: SettingsFile(""))
    health.register("int_dataplane", reports: [.live, .ready])
    let metrics = MetricsRegistry()
    dataplane = try Dataplane(
      configuration: settings.dataplane, namespace: world.ground.node, metrics: metrics, log: log)
    try await dataplane.start()
    let stored = try await world.store.all(FelixConfiguration.self)
    let node = try await world.store.find(Node.self, world.node)
    words = settings.start(
      SettingsState.configurations(stored), labels: node?.metadata.labels ?? [:])
    core = AgentCore(
      node: world.node, dataplane: dataplane,
      network: NetworkEngine(node: world.node, routerID: .nodeAddress, logFile: "/tmp/bird.log"),
      health: health, metrics: metrics, log: log)
    await core.configure(settings.dataplane)
  }

  /// Ends it; the kernel stays as it is.
  func stop() { dataplane.executor.stop() }

  /// What people see of it.
  func said() async -> String {
    let entries = await core.statusEntries.map { "\($0.key): \($0.value)" }
    return health.readiness.text + entries.joined(separator: "\n") + words.joined(separator: "\n")
  }

  var isReady: Bool { health.readiness.isGood }

  // MARK: - The store

  /// Tells it of some of what has changed since, or (with 100) of all, in any order.
  func deliver(
    _ percent: Int, of store: any Datastore, _ dice: inout SplitMix64
  ) async throws {
    var there: [ResourceKey: any Resource] = [:]
    for kind in Self.kinds {
      for item in try await store.list(ListQuery(kind)).items { there[item.key] = item }
    }
    var changes: [ResourceChange] = []
    for (key, item) in there.sorted(by: { $0.key < $1.key })
    where told[key] != item.resourceVersion {
      changes.append(.set(item))
    }
    for key in told.keys.sorted() where there[key] == nil { changes.append(.removed(key)) }
    changes.shuffle(using: &dice)
    let isAll = percent >= 100
    if !isAll { changes = changes.filter { _ in dice.chance(percent) } }
    for change in changes {
      switch change {
      case .set(let item): told[item.key] = item.resourceVersion
      case .removed(let key): told[key] = nil
      }
    }
    while true {
      let count = dice.chance(50) ? changes.count : dice.below(changes.count + 1)
      let isLast = count == changes.count && isAll
      let isNew = isLast && !isInSync
      if isLast { isInSync = true }
      let batch = converter.convert(
        Array(changes.prefix(count)), status: isInSync ? .inSync : .resyncInProgress,
        isStatusNew: isNew)
      changes.removeFirst(count)
      await process(batch)
      if changes.isEmpty, isLast || !isAll { return }
    }
  }

  /// As the agent's loop does it.
  private func process(_ batch: UpdateBatch) async {
    let effects = await core.process(batch)
    if let new = effects.routing { plan = new }
    var settingsChanged = false
    for update in batch.updates { if settings.apply(update) { settingsChanged = true } }
    guard settingsChanged, batch.status == .inSync else { return }
    let old = settings.current
    words += settings.settle()
    guard old != settings.current || !isConfigured else { return }
    isConfigured = true
    await core.configure(settings.dataplane)
  }

  // MARK: - The kernel

  private func hear() throws {
    while let events = try monitor.receive(wait: false) {
      for event in events { heard.take(event, &gateways) }
    }
  }

  /// Tells it of some of the links that changed, or (with 100) of all, and perhaps of the rest.
  func tellLinks(_ percent: Int, _ dice: inout SplitMix64) async throws {
    try hear()
    let names = heard.names.sorted().filter { _ in dice.chance(percent) }
    heard.names.subtract(names)
    let host = heard.host && dice.chance(percent)
    if host { heard.host = false }
    // All at once, as the agent's loop does it, or one by one.
    if dice.chance(50) { return await core.linksChanged(Set(names), host: host) }
    for name in names.shuffled(using: &dice) { await core.linksChanged([name], host: false) }
    if host { await core.linksChanged([], host: true) }
  }

  /// Tells it of everything that has happened, and has it try again what it could not do.
  func settle(_ store: any Datastore, _ dice: inout SplitMix64) async throws {
    if dice.chance(50) { try await tellLinks(100, &dice) }
    try await deliver(100, of: store, &dice)
    try await tellLinks(100, &dice)
    if await core.needsRetry { await core.retry() }
  }

  /// Compares with the kernel, as it does from time to time.
  func refresh() async {
    await core.refreshPolicy()
    await core.refreshInterfaces()
  }
}
