// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import DesiredState
public import HostSystem
public import Logging
public import Netlink
public import PolicyModel
public import Telemetry

/// Makes the kernel of one network namespace what the policy engine asks for: rules and sets,
/// interfaces, host routes and neighbours.
///
/// All of its work is on one thread of its own, since the kernel's sockets block and settings are
/// those of the thread's namespace.
public actor Dataplane {
  /// The thread; whoever opens sockets for the dataplane's namespace may use it too.
  public nonisolated let executor: ThreadExecutor
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  private let namespace: NetworkNamespace?
  private let log: Logger
  private let metrics: DataplaneMetrics
  private var configuration: DataplaneConfiguration
  private var table: PolicyTable
  private var kernel: Kernel?
  private var inSync = false
  /// The last attempt to program failed; what is pending is tried again.
  private var failure: String?
  /// Endpoints that claim what is not a workload's, or another's, and why.
  private var refused: [EndpointID: String] = [:]
  /// Why the host's own network, as known, may not be what it is now.
  private var hostProblem: String?
  private var statusCount = 0
  /// Of the newest batch that was taken up, and of the newest whose policy is in the kernel.
  private var generation = 0
  private var applied = 0
  /// What workloads' interfaces begin with, once that is known.
  private var prefixes: WorkloadPrefixes?
  /// The prefixes that were asked for when these were worked out.
  private var askedPrefixes: [String] = []
  /// Why others that were asked for since are not in force.
  private var prefixProblem: String?
  /// The table in the kernel is the one that came up at the start: there was none.
  private var isFirstTable = false

  /// How the host's own network is read.
  private let readHost: InterfaceManager.HostReader

  /// The sockets, which are opened on the actor's thread.
  private struct Kernel {
    var writer: TableWriter
    var interfaces: InterfaceManager
    var conntrack: ConntrackCutter
  }

  /// - Parameter namespace: The network namespace to work in; `nil` is the process's own.
  public init(
    configuration: DataplaneConfiguration, namespace: NetworkNamespace? = nil,
    metrics: MetricsRegistry, log: Logger
  ) throws(NetlinkError) {
    try self.init(
      configuration: configuration, namespace: namespace, metrics: metrics, log: log,
      readHost: InterfaceManager.readHost)
  }

  /// - Parameter readHost: How the host's own network is read.
  init(
    configuration: DataplaneConfiguration, namespace: NetworkNamespace?,
    metrics: MetricsRegistry, log: Logger, readHost: @escaping InterfaceManager.HostReader
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
    table = PolicyTable(configuration)
  }

  /// Opens the sockets. Where no table of ours is, one comes up that drops the traffic of every
  /// workload interface until the first whole state is known; one that is there stays in force.
  ///
  /// Prefixes that the host's own interfaces have are not used from here on. So nothing is done
  /// before these could be read.
  ///
  /// Errors: `HostNetworkError` when they cannot; then the start may be tried again.
  public func start() throws {
    let writer = TableWriter(try NFTablesSocket(in: namespace))
    let sockets = try RouteSocket(in: namespace)
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
    table.configure(configuration)
    table.setHostAddresses(own.addresses)
    let interfaces = InterfaceManager(
      configuration: configuration, namespace: namespace, sockets: sockets, own: own,
      readHost: readHost)
    let conntrack = ConntrackCutter(try ConntrackSocket(in: namespace))
    kernel = Kernel(writer: writer, interfaces: interfaces, conntrack: conntrack)
    if inSync {
      // All of it came while the start failed.
      _ = program(.takeover)
    } else {
      let isNone = try writer.observe() == nil
      isFirstTable = isFirstTable || isNone
      if isFirstTable { _ = try writer.synchronise(&table) }
    }
  }

  /// Starts once more, with other prefixes: what the datastore says of them comes when the first
  /// table is up already. Where that fails, the old ones stay.
  private func restart(_ configuration: DataplaneConfiguration) {
    let old = (self.configuration, prefixes, askedPrefixes, kernel)
    self.configuration = configuration
    do {
      try start()
      prefixProblem = nil
    } catch {
      let list = configuration.interfacePrefixes.map { "'\($0)'" }.joined(separator: ", ")
      let problem = "interface prefixes \(list) are not in force until a restart: \(error)"
      log.error("\(problem)")
      prefixProblem = problem
      (self.configuration, prefixes, askedPrefixes, kernel) = old
      table.configure(self.configuration)
    }
  }

  /// The configuration with the prefixes that are in force: those of the start.
  private func usable(_ configuration: DataplaneConfiguration) -> DataplaneConfiguration {
    var configuration = configuration
    if let prefixes { configuration.interfacePrefixes = prefixes.usable }
    return configuration
  }

  /// Takes up changes, numbered as the next batch.
  public func apply(_ changes: [DesiredChange]) -> DataplaneStatus {
    apply(DesiredBatch(generation: generation + 1, changes: changes))
  }

  /// Takes up a batch of changes. Before the first whole state nothing is programmed.
  public func apply(_ batch: DesiredBatch) -> DataplaneStatus {
    metrics.batchSize.observe(Double(batch.changes.count))
    generation = batch.generation
    var isFirst = false
    for change in batch.changes {
      metrics.count(change)
      table.apply(change)
      switch change {
      case .endpointRemoved(let key):
        kernel?.interfaces.forget(key)
        refused[key] = nil
      case .inSync:
        inSync = true
        isFirst = true
      default: break
      }
    }
    return program(isFirst ? .takeover : .changes)
  }

  /// Takes over a new configuration; other interface prefixes until the first whole state only.
  public func configure(_ configuration: DataplaneConfiguration) -> DataplaneStatus {
    if kernel != nil, !inSync, configuration.interfacePrefixes != askedPrefixes {
      restart(configuration)
      return status
    }
    let configuration = usable(configuration)
    guard configuration != self.configuration else { return status }
    self.configuration = configuration
    table.configure(configuration)
    kernel?.interfaces.configure(configuration, table.claims)
    return program()
  }

  /// Tries again what could not be programmed. What is refused waits for a change of what stands
  /// against it.
  public func retry() -> DataplaneStatus {
    let keys = kernel?.interfaces.pending.keys.map { $0 } ?? []
    kernel?.interfaces.mark(keys.compactMap { table.claims.endpoints[$0]?.interfaceName })
    return program()
  }

  /// Something happened to interfaces, and perhaps to the host's own network besides: to its addresses
  /// or routes. However many they are, the host's network is read once.
  public func linksChanged(_ names: Set<String>, host: Bool = false) -> DataplaneStatus {
    let workloads = names.filter { table.claims.isWorkloadName($0) }
    let claimed = workloads.filter { !table.claims.claimants(of: $0).isEmpty }
    let concernsHost = host || workloads.count < names.count
    guard concernsHost || !claimed.isEmpty else { return status }
    if concernsHost { kernel?.interfaces.hostChanged() }
    if !claimed.isEmpty { metrics.interfaceBatchSize.observe(Double(claimed.count)) }
    kernel?.interfaces.mark(claimed)
    return program()
  }

  /// Something happened to the host's own network.
  public func hostChanged() -> DataplaneStatus { linksChanged([], host: true) }

  /// Puts the table up again if somebody has deleted it; without it every workload's traffic passes.
  /// Costs one question to the kernel while it is there.
  public func checkTable() -> DataplaneStatus {
    guard let kernel else { return status }
    do throws(NFTablesError) {
      if try kernel.writer.isThere() { return status }
    } catch {
      // Whoever programs next says so.
      return status
    }
    return program(.repair)
  }

  /// Compares the table with the kernel's and repairs what a stranger changed.
  public func refreshPolicy() -> DataplaneStatus { program(inSync ? .repair : .changes) }

  /// Compares routes, neighbours and settings with the kernel's and repairs what differs.
  public func refreshInterfaces() -> DataplaneStatus {
    guard let kernel else { return status }
    kernel.interfaces.hostChanged()
    kernel.interfaces.mark(table.claims.interfaces)
    let status = program()
    if inSync { kernel.interfaces.sweep(by: table.claims) { log.warning("\($0)") } }
    return status
  }

  /// What is not as it should be.
  public var status: DataplaneStatus {
    let pending = kernel?.interfaces.pending ?? [:]
    statusCount += 1
    return DataplaneStatus(
      number: statusCount, applied: applied, inSync: inSync, failure: failure,
      pending: pending.merging(refused) { $1 }, refused: refused, retryable: Set(pending.keys),
      hostProblem: hostProblem,
      interfacePrefixes: configuration.interfacePrefixes,
      problems: (prefixes?.problems ?? []) + [prefixProblem].compactMap { $0 })
  }

  // MARK: - Rounds

  /// How the table gets into the kernel.
  private enum Round {
    /// What has changed.
    case changes
    /// What differs from what the kernel has, for the first time.
    case takeover
    /// What differs because somebody else has changed it.
    case repair
  }

  /// Policy and then routes of one round; an endpoint counts as programmed after both.
  ///
  /// Programming may show that the host's own network is another than was known: then a second round
  /// follows.
  private func program(_ round: Round = .changes, isSecond: Bool = false) -> DataplaneStatus {
    // Until the first whole state is known, only a table that is gone is put up again.
    guard let kernel, inSync || round == .repair else { return status }
    let clock = ContinuousClock()
    let start = clock.now
    let moved = look(kernel.interfaces)
    table.finishRound()
    let hadChanges = !table.pending.isEmpty
    do throws(NFTablesError) {
      try write(round, kernel.writer)
      if failure != nil { log.info("programming the kernel works again") }
      failure = nil
      if inSync { applied = generation }
    } catch {
      fail("\(error)")
    }
    guard inSync else { return status }
    kernel.interfaces.program(moved, by: table.claims) { log.warning("\($0)") }
    kernel.conntrack.set(moved, by: table.claims)
    noteRefused(moved)
    if failure == nil {
      do throws(NetlinkError) {
        try kernel.conntrack.cut(sparing: kernel.interfaces.own.addresses)
      } catch {
        log.warning("cannot end the connections of removed endpoints: \(error)")
      }
    }
    if hadChanges { metrics.applyTime.observe(clock.now - start) }
    updateGauges()
    if kernel.interfaces.isOwnStale, hostProblem == nil, !isSecond {
      return program(isSecond: true)
    }
    return status
  }

  /// Looks at the interfaces that are concerned, on which it depends whose they are, and returns
  /// those that are to be programmed.
  private func look(_ interfaces: InterfaceManager) -> Set<String> {
    guard inSync else { return [] }
    do throws(NetlinkError) {
      if try interfaces.readOwn() {
        table.setHostAddresses(interfaces.own.addresses)
        if hostProblem != nil { log.info("reading the host's own network works again") }
        hostProblem = nil
      }
    } catch {
      let problem = "cannot be read, what was read last counts: \(error)"
      if hostProblem == nil { log.warning("the host's own network \(problem)") }
      hostProblem = problem
    }
    var names = interfaces.takeMarked().union(table.takeMoved())
    var postponed: Set<String> = []
    for name in names {
      guard table.claims.isWorkloadName(name), !table.claims.claimants(of: name).isEmpty else {
        continue
      }
      do throws(NetlinkError) {
        table.place(name, try interfaces.look(at: name))
      } catch {
        interfaces.postpone(name, of: table.claims.owner(of: name), error)
        postponed.insert(name)
      }
    }
    names.formUnion(table.takeMoved())
    return names.subtracting(postponed)
  }

  private func write(_ round: Round, _ writer: TableWriter) throws(NFTablesError) {
    guard round != .changes else { return try writer.write(&table) }
    let differences = try writer.synchronise(&table)
    guard differences > 0, round == .repair else { return }
    metrics.repairs.increment(by: Double(differences))
    log.warning(
      "the table inet calico was changed by somebody else: repaired",
      metadata: ["objects": "\(differences)"])
  }

  /// Keeps why endpoints are not in force by what they claim.
  private func noteRefused(_ interfaces: Set<String>) {
    for key in interfaces.flatMap({ table.claims.claimants(of: $0) }) {
      refused[key] = table.claims.problem(of: key)
    }
  }

  private func fail(_ reason: String) {
    metrics.failures.increment()
    if failure != reason { log.error("cannot program the kernel, will try again: \(reason)") }
    failure = reason
  }

  private func updateGauges() {
    guard let kernel else { return }
    metrics.update(
      table.model, transactions: kernel.writer.transactions, refusals: kernel.writer.failures)
    metrics.routes.set(kernel.interfaces.routeCount)
  }
}

/// The host's own interfaces, addresses and routes cannot be read. Without them nothing may be
/// programmed, as any interface could be the host's.
public struct HostNetworkError: Error, Hashable, CustomStringConvertible {
  public var reason: String
  public init(reason: String) { self.reason = reason }

  public var description: String {
    "the host's own network cannot be read, and nothing is programmed: \(reason)"
  }
}

/// How far the kernel is what it should be.
public struct DataplaneStatus: Sendable, Hashable {
  /// Counts: of two, the one with the higher number is newer.
  public var number: Int
  /// The newest generation whose policy is in the kernel, and that of all before it; never falls.
  public var applied: Int
  /// The first whole state has arrived.
  public var inSync: Bool
  /// Why the last attempt to program policy failed.
  public var failure: String?
  /// Endpoints that are not in force, or not wholly, and why.
  public var pending: [EndpointID: String]
  /// Those of them for which there is nothing to wait for: what they claim is not a workload's, or
  /// belongs to another endpoint.
  public var refused: [EndpointID: String]
  /// Endpoints of which the kernel lacks something that it may take when it is tried again.
  public var retryable: Set<EndpointID>
  /// Why the host's own interfaces, addresses and routes could not be read again; what was read
  /// last counts until then.
  public var hostProblem: String?
  /// What workloads' interfaces begin with.
  public var interfacePrefixes: [String]
  /// What of the configuration is not in force, in words.
  public var problems: [String]

  /// Nothing is known yet, unless told otherwise.
  public init(
    number: Int = 0, applied: Int = 0, inSync: Bool = false, failure: String? = nil,
    pending: [EndpointID: String] = [:],
    refused: [EndpointID: String] = [:], retryable: Set<EndpointID> = [],
    hostProblem: String? = nil,
    interfacePrefixes: [String] = [], problems: [String] = []
  ) {
    self.number = number
    self.applied = applied
    self.inSync = inSync
    self.failure = failure
    self.pending = pending
    self.refused = refused
    self.retryable = retryable
    self.hostProblem = hostProblem
    self.interfacePrefixes = interfacePrefixes
    self.problems = problems
  }

  /// Why an endpoint is not programmed, or `nil` when it is (if it is known at all).
  public func reason(_ endpoint: EndpointID) -> String? {
    inSync ? failure ?? pending[endpoint] : "the datastore has not been read yet"
  }
}
