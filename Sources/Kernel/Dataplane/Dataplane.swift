// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import DesiredState
public import Features
public import HostSystem
public import Logging
public import Netlink
public import Telemetry

/// Makes the kernel of one network namespace what the policy engine asks for, by the managers of
/// `managers(_:)`: it tells them what has changed, has them make it true, and says how far they are.
///
/// All of its work is on one thread of its own, since the kernel's sockets block and settings are
/// those of the thread's namespace.
public actor Dataplane {
  /// What it puts into force of what not every version does.
  public static let capabilities: Set<Feature> = [.natOutgoing]

  /// The managers, in the order in which they make their parts true. Policy comes before what lets
  /// packets flow, and the end of connections after what they would be opened anew by.
  private static func managers(_ context: DataplaneContext) throws -> [any DataplaneManager] {
    [
      try PolicyManager(context),
      InterfaceManager(context),
      try ConntrackCutter(context),
    ]
  }

  /// The thread; whoever opens sockets for the dataplane's namespace may use it too.
  public nonisolated let executor: ThreadExecutor
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  private let namespace: NetworkNamespace?
  private let log: Logger
  private let metrics: DataplaneMetrics
  private var configuration: DataplaneConfiguration
  /// From the start on: what managers go by, and they themselves.
  private var context: DataplaneContext?
  private var rounds = ManagerRounds([])
  /// Changes of which managers have not been told, and the newest batch.
  private var untold: [DesiredChange] = []
  private var generation = 0
  /// How often somebody was told how far it is.
  private var answers = 0
  /// What workloads' interfaces begin with, once that is known.
  private var prefixes: WorkloadPrefixes?
  /// The prefixes that were asked for when these were worked out.
  private var askedPrefixes: [String] = []
  /// Why others that were asked for since are not in force.
  private var prefixProblem: String?

  /// How the host's own network is read.
  private let readHost: DataplaneContext.HostReader

  /// - Parameter namespace: The network namespace to work in; `nil` is the process's own.
  public init(
    configuration: DataplaneConfiguration, namespace: NetworkNamespace? = nil,
    metrics: MetricsRegistry, log: Logger
  ) throws(NetlinkError) {
    try self.init(
      configuration: configuration, namespace: namespace, metrics: metrics, log: log,
      readHost: DataplaneContext.readHost)
  }

  /// - Parameter readHost: How the host's own network is read.
  init(
    configuration: DataplaneConfiguration, namespace: NetworkNamespace?,
    metrics: MetricsRegistry, log: Logger, readHost: @escaping DataplaneContext.HostReader
  ) throws(NetlinkError) {
    self.readHost = readHost
    do throws(SystemCallError) {
      executor = try ThreadExecutor(name: "dataplane")
    } catch {
      throw NetlinkError("start a thread", error)
    }
    self.namespace = namespace
    self.configuration = configuration
    self.log = log
    self.metrics = DataplaneMetrics(metrics)
  }

  // MARK: - Starting

  /// Opens the sockets. Where no table of ours is, one comes up that drops the traffic of every
  /// workload interface until the first whole state is known; one that is there stays in force.
  ///
  /// Prefixes that the host's own interfaces have are not used from here on. So nothing is done
  /// before these could be read.
  ///
  /// Errors: `HostNetworkError` when they cannot; then the start may be tried again.
  public func start() throws {
    let sockets = try context?.sockets ?? RouteSocket(in: namespace)
    let own: OwnNetwork
    do throws(NetlinkError) {
      own = try readHost(sockets, configuration.interfacePrefixes)
    } catch {
      throw HostNetworkError(reason: "\(error)")
    }
    askedPrefixes = configuration.interfacePrefixes
    let old = prefixes?.problems ?? []
    prefixes = WorkloadPrefixes(askedPrefixes, hosts: own.uplinks)
    for problem in prefixes?.problems ?? [] where !old.contains(problem) { log.error("\(problem)") }
    configuration = usable(configuration)
    if let context {
      context.configure(configuration)
      context.take(own)
      // Also what came while an earlier start had failed half-way.
      for change in untold { context.apply(change) }
      tell([])
    } else {
      let context = DataplaneContext(
        configuration: configuration, namespace: namespace, sockets: sockets, own: own,
        metrics: metrics, log: log, readHost: readHost)
      rounds = ManagerRounds(try Self.managers(context))
      self.context = context
    }
    try rounds.putUpGuards()
    // What came while the start failed.
    if !untold.isEmpty { program() }
  }

  /// Starts once more, with other prefixes: what the datastore says of them comes when the first
  /// table is up already. Where that fails, the old ones stay.
  private func restart(_ configuration: DataplaneConfiguration) {
    let old = (self.configuration, prefixes, askedPrefixes)
    self.configuration = configuration
    do {
      try start()
      prefixProblem = nil
    } catch {
      let list = configuration.interfacePrefixes.map { "'\($0)'" }.joined(separator: ", ")
      let problem = "interface prefixes \(list) are not in force until a restart: \(error)"
      log.error("\(problem)")
      prefixProblem = problem
      (self.configuration, prefixes, askedPrefixes) = old
      context?.configure(self.configuration)
      tell([])
    }
  }

  /// The configuration with the prefixes that are in force: those of the start.
  private func usable(_ configuration: DataplaneConfiguration) -> DataplaneConfiguration {
    var configuration = configuration
    if let prefixes { configuration.interfacePrefixes = prefixes.usable }
    return configuration
  }

  // MARK: - What happens

  /// Takes up changes, numbered as the next batch.
  public func apply(_ changes: [DesiredChange]) -> DataplaneStatus {
    apply(DesiredBatch(generation: generation + 1, changes: changes))
  }

  /// Takes up a batch of changes. Before the first whole state nothing is programmed.
  public func apply(_ batch: DesiredBatch) -> DataplaneStatus {
    metrics.batchSize.observe(Double(batch.changes.count))
    generation = batch.generation
    for change in batch.changes { metrics.count(change) }
    untold += batch.changes
    program()
    return answer()
  }

  /// Takes over a new configuration; other interface prefixes until the first whole state only.
  public func configure(_ configuration: DataplaneConfiguration) -> DataplaneStatus {
    if let context, !context.isWhole, configuration.interfacePrefixes != askedPrefixes {
      restart(configuration)
      return answer()
    }
    let configuration = usable(configuration)
    guard configuration != self.configuration else { return answer() }
    self.configuration = configuration
    context?.configure(configuration)
    program()
    return answer()
  }

  /// Tries again what could not be programmed. What is refused waits for a change of what stands
  /// against it.
  public func retry() -> DataplaneStatus {
    if let context {
      context.mark(rounds.undone.keys.compactMap { context.claims.endpoints[$0]?.interfaceName })
    }
    program()
    return answer()
  }

  /// Something happened to interfaces, and perhaps to the host's own network besides: to its addresses
  /// or routes. However many they are, the host's network is read once.
  public func linksChanged(_ names: Set<String>, host: Bool = false) -> DataplaneStatus {
    guard let context else { return answer() }
    let workloads = names.filter { context.claims.isWorkloadName($0) }
    let claimed = workloads.filter { !context.claims.claimants(of: $0).isEmpty }
    let concernsHost = host || workloads.count < names.count
    guard concernsHost || !claimed.isEmpty else { return answer() }
    if concernsHost { context.hostChanged() }
    if !claimed.isEmpty { metrics.interfaceBatchSize.observe(Double(claimed.count)) }
    context.mark(claimed)
    program()
    return answer()
  }

  /// Something happened to the host's own network.
  public func hostChanged() -> DataplaneStatus { linksChanged([], host: true) }

  /// Puts the table up again if somebody has deleted it; without it every workload's traffic passes.
  /// Costs one question to the kernel while it is there.
  public func checkTable() -> DataplaneStatus {
    if rounds.checkPresence() { program() }
    return answer()
  }

  /// Compares the table with the kernel's and repairs what a stranger changed.
  public func refreshPolicy() -> DataplaneStatus {
    if context?.isWhole == true { rounds.checkGuards() }
    program()
    return answer()
  }

  /// Compares routes, neighbours and settings with the kernel's and repairs what differs.
  public func refreshInterfaces() -> DataplaneStatus {
    guard let context else { return answer() }
    context.hostChanged()
    context.markAll()
    if context.isWhole { rounds.checkOthers() }
    program()
    return answer()
  }

  // MARK: - How far it is

  /// What is not as it should be.
  public var status: DataplaneStatus {
    let known = context?.claims.endpoints ?? [:]
    let undone = rounds.undone.filter { known[$0.key] != nil }
      .merging(context?.unseenEndpoints ?? [:]) { $1 }
    let refused = context?.refused ?? [:]
    return DataplaneStatus(
      number: answers, applied: rounds.applied, inSync: context?.isWhole ?? false,
      failure: rounds.guardFailure, pending: undone.merging(refused) { $1 }, refused: refused,
      retryable: Set(undone.keys), unfinished: rounds.unfinished,
      hostProblem: context?.hostProblem,
      interfacePrefixes: configuration.interfacePrefixes,
      problems: (prefixes?.problems ?? []) + [prefixProblem].compactMap { $0 })
  }

  /// The status, with a number higher than that of every answer before.
  private func answer() -> DataplaneStatus {
    answers += 1
    return status
  }

  // MARK: - Rounds

  /// Tells managers what has changed, and has them make it true.
  ///
  /// Programming may show that the host's own network is another than was known: then a second round
  /// follows.
  private func program() {
    guard let context else { return }
    let clock = ContinuousClock()
    let start = clock.now
    let wasWhole = context.isWhole
    for change in untold { context.apply(change) }
    guard context.isWhole else {
      // Only a table that is gone is put up again.
      tell([])
      return note(rounds.runBeforeWhole())
    }
    if !wasWhole { rounds.takeOver() }
    tell(context.look())
    let hadChanges = rounds.hasGuardChanges
    note(rounds.run())
    if hadChanges { metrics.applyTime.observe(clock.now - start) }
    guard context.isOwnStale, context.hostProblem == nil else { return }
    tell(context.look())
    note(rounds.run())
  }

  private func tell(_ interfaces: Set<String>) {
    let news = DataplaneNews(changes: untold, interfaces: interfaces)
    untold.removeAll()
    rounds.take(news, generation: generation)
  }

  /// Says what a round has come to, as far as nobody has been told.
  private func note(_ outcome: ManagerRounds.Outcome) {
    for item in outcome.failures {
      guard item.isGuard else {
        if item.isNew { log.warning("\(item.error)") }
        continue
      }
      metrics.failures.increment()
      if item.isNew { log.error("cannot program the kernel, will try again: \(item.error)") }
    }
    if outcome.guardsRecovered { log.info("programming the kernel works again") }
    for item in outcome.repairs {
      guard item.isGuard else {
        log.debug("\(item.name): repaired", metadata: ["objects": "\(item.objects)"])
        continue
      }
      metrics.repairs.increment(by: Double(item.objects))
      log.warning(
        "\(item.name) was changed by somebody else: repaired",
        metadata: ["objects": "\(item.objects)"])
    }
  }
}
