// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import AgentProtocol
import Dataplane
import Datastore
import DesiredState
import HostSystem
import Logging
import NetworkEngine
import PolicyEngine
import PolicyModel
import ProgramServices
import Resources
import Settings
import SyncModel
import Telemetry

/// The middle of the agent: takes what the source of updates delivers, keeps both engines up to date,
/// and hands on what follows from them.
///
/// One batch at a time: while the kernel is being programmed, the source merges what comes next.
actor AgentCore {
  /// What a batch changed besides the dataplane.
  struct Effects: Sendable {
    /// What BIRD is to do, when that may have changed.
    var routing: NetworkEngine.Plan?
  }

  private let node: String
  private let dataplane: any Enforcer
  private let health: HealthRegistry
  private let metrics: CoreMetrics
  private let log: Logger
  private let enforcement: Enforcement
  private var engine: PolicyEngine
  private var network: NetworkEngine
  private var status = DataplaneStatus()
  private var attachments = Attachments<AgentResponder>()
  /// What conversion has to say on this node, by object, where it has anything to say.
  private var found: [ResourceKey: ObjectFindings] = [:]
  private var findings = FindingsReport()
  /// What the last plan for BIRD leaves out, by object.
  private var routingProblems: [ResourceKey: [ConversionProblem]] = [:]
  /// Everything has been read, so that BIRD can be told; not in the midst of reading it again.
  private var isRoutingKnown = false
  private var retrier: Retrier?
  /// What the dataplane has refused, as it was reported.
  private var refused: [EndpointID: String] = [:]

  init(
    node: String, dataplane: any Enforcer, network: NetworkEngine,
    enforcement: Enforcement = .ofThisVersion, health: HealthRegistry, metrics: MetricsRegistry,
    log: Logger
  ) {
    self.node = node
    self.dataplane = dataplane
    self.network = network
    self.enforcement = enforcement
    self.health = health
    self.metrics = CoreMetrics(metrics)
    self.log = log
    engine = PolicyEngine(scope: .node(node), enforced: enforcement.features)
  }

  /// What trying again may mend: endpoints by name, and what concerns all of them. What is refused
  /// waits for what stands against it to change.
  private var undone: Set<String> {
    var undone = Set(status.retryable.map(\.description)).union(status.unfinished.keys)
    if status.failure != nil { undone.insert("the table") }
    if status.hostProblem != nil { undone.insert("the host's own network") }
    return undone
  }

  /// Whether trying again may help.
  var needsRetry: Bool { !undone.isEmpty }

  /// Tries again by itself what could not be done, until the task is cancelled.
  func keepRetrying(clock: HostClock = .continuous) async {
    let retrier = Retrier(clock: clock) { [weak self] in await self?.retry() }
    self.retrier = retrier
    retrier.set(undone)
    let (forever, _) = AsyncStream.makeStream(of: Never.self)
    for await _ in forever {}
    retrier.stop()
    self.retrier = nil
  }

  var statusEntries: [AgentReply.StatusEntry] {
    let counts = engine.counts
    var entries = [
      AgentReply.StatusEntry("node", node),
      AgentReply.StatusEntry("in sync", status.inSync ? "yes" : "no"),
      AgentReply.StatusEntry("local endpoints", "\(counts.activeLocalEndpoints)"),
      AgentReply.StatusEntry("active policies", "\(counts.activeLocalPolicies)"),
    ]
    if let failure = status.failure { entries.append(AgentReply.StatusEntry("failure", failure)) }
    for (endpoint, reason) in status.pending.sorted(by: { $0.key < $1.key }) {
      entries.append(AgentReply.StatusEntry("pending \(endpoint)", reason))
    }
    return entries
  }

  /// Takes up one batch.
  func process(_ batch: UpdateBatch) async -> Effects {
    var effects = Effects()
    let clock = ContinuousClock()
    for update in batch.updates {
      let start = clock.now
      metrics.count(update)
      engine.apply(update)
      network.apply(update)
      metrics.updateTime.observe(clock.now - start)
    }
    metrics.set(batch.status)
    if batch.isStatusNew {
      log.info("datastore", metadata: ["status": "\(batch.status.rawValue)"])
    }
    // What is half read would be withdrawn.
    isRoutingKnown = batch.status == .inSync
    var concerned = Set(batch.findings.map(\.key))
    for findings in batch.findings {
      found[findings.key] = findings.isEmpty(on: node) ? nil : findings
    }
    if batch.status == .inSync { effects.routing = plan(&concerned) }
    report(concerned)
    await flush()
    return effects
  }

  /// Programs what the engines have worked out, in one batch and in the order of `DesiredChange`.
  private func flush() async {
    var changes = engine.flush()
    let end = changes.last == .inSync ? changes.endIndex - 1 : changes.endIndex
    changes.insert(contentsOf: network.flush(), at: end)
    metrics.update(engine.counts)
    guard !changes.isEmpty else { return }
    metrics.outputEvents.increment(by: Double(changes.count))
    let (batch, answers) = attachments.announce(changes)
    give(answers)
    await take(dataplane.apply(batch))
  }

  func linksChanged(_ names: Set<String>, host: Bool) async {
    await take(dataplane.linksChanged(names, host: host))
  }
  func checkTable() async { await take(dataplane.checkTable()) }
  func retry() async { await take(dataplane.retry()) }
  func refreshPolicy() async { await take(dataplane.refreshPolicy()) }
  func refreshInterfaces() async { await take(dataplane.refreshInterfaces()) }

  /// Takes over a new configuration of the dataplane; what BIRD is to do, when that follows.
  @discardableResult
  func configure(_ configuration: DataplaneConfiguration) async -> NetworkEngine.Plan? {
    await take(dataplane.configure(configuration))
    network.workloadInterfacePrefixes = status.interfacePrefixes
    guard isRoutingKnown else { return nil }
    var concerned: Set<ResourceKey> = []
    let plan = plan(&concerned)
    report(concerned)
    return plan
  }

  /// What BIRD is to do now, if that may be something else; adds the objects about which that has
  /// something else to say.
  private func plan(_ concerned: inout Set<ResourceKey>) -> NetworkEngine.Plan? {
    let old = Set(network.problems)
    guard let plan = network.plan() else { return nil }
    concerned.formUnion(old.symmetricDifference(network.problems).map(\.key))
    routingProblems = Dictionary(grouping: network.problems, by: \.key)
    return plan
  }

  /// Takes up what somebody on this node tells or asks.
  func take(_ request: AgentRequest, _ responder: AgentResponder) {
    attachments.drop { $0.isAbandoned }
    switch request {
    case .attached(let endpoint): attachments.attach(endpoint, responder)
    case .detached(let endpoint): give(attachments.detach(endpoint, responder))
    case .status: responder.reply(.status(statusEntries))
    }
    give(attachments.settle(status))
  }

  /// Several calls may wait for the dataplane at once, and their answers come in any order.
  private func take(_ status: DataplaneStatus) {
    guard status.number > self.status.number else { return }
    self.status = status
    health.report(
      "int_dataplane", live: true, ready: status.inSync && status.failure == nil,
      detail: status.failure ?? (status.inSync ? "" : "the datastore has not been read yet"))
    health.note("the host's own network", status.hostProblem)
    reportRefused()
    retrier?.set(undone)
    give(attachments.settle(status))
  }

  /// Says which endpoints are not in force, and will not be by waiting, because of what they claim:
  /// once in the log, and for as long as it lasts in the metrics and in the readiness detail.
  private func reportRefused() {
    health.note(
      "interfacePrefix", status.problems.isEmpty ? nil : status.problems.joined(separator: "; "))
    guard status.refused != refused else { return }
    for (key, reason) in status.refused.sorted(by: { $0.key < $1.key })
    where refused[key] != reason {
      log.warning("\(key.kind)(\(key)) is not in force: \(reason)")
      health.note("\(key.kind)(\(key))", reason)
    }
    for key in refused.keys.sorted() where status.refused[key] == nil {
      log.info("\(key.kind)(\(key)): what stood against it is gone")
      health.note("\(key.kind)(\(key))", nil)
    }
    refused = status.refused
    metrics.set(refused: refused.count)
  }

  private func give(_ answers: [Attachments<AgentResponder>.Answer]) {
    for answer in answers { answer.client.reply(answer.reply) }
  }

  /// Says what of these objects is stored and not in force: once in the log, and for as long as it
  /// lasts in the metrics and in the readiness detail.
  private func report(_ keys: Set<ResourceKey>) {
    for key in keys.sorted() {
      let change = findings.set(
        key, unenforced: found[key].map { enforcement.unenforced($0.asks) } ?? [],
        problems: (found[key]?.problems ?? []) + (routingProblems[key] ?? []))
      for line in change.lines { log.warning("\(line)") }
      for (name, text) in change.notes { health.note(name, text) }
      metrics.set(key, idle: change.idle, enforced: change.enforced)
    }
    metrics.set(problems: findings.problemCount)
  }
}
