// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import DesiredState
public import Logging
public import Netlink
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
  private var refused: [String: String] = [:]
  private var statusCount = 0
  /// What workloads' interfaces begin with, once that is known.
  private var prefixes: WorkloadPrefixes?

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
    executor = try ThreadExecutor(name: "dataplane")
    self.namespace = namespace
    self.configuration = configuration
    self.log = log
    self.metrics = DataplaneMetrics(metrics)
    table = PolicyTable(configuration)
  }

  /// Opens the sockets. Where no table of ours is, one comes up that drops the traffic of every
  /// workload interface until the first whole state is known; one that is there stays in force.
  ///
  /// Prefixes that the host's own interfaces have are not used from here on.
  public func start() throws {
    let writer = TableWriter(try NFTablesSocket(in: namespace))
    let sockets = try RouteSocket(in: namespace)
    let own = try OwnNetwork(sockets, prefixes: configuration.interfacePrefixes)
    prefixes = WorkloadPrefixes(configuration.interfacePrefixes, hosts: own.uplinks)
    for problem in prefixes?.problems ?? [] { log.error("\(problem)") }
    configuration = usable(configuration)
    table = PolicyTable(configuration)
    let interfaces = InterfaceManager(
      configuration: configuration, namespace: namespace, sockets: sockets)
    let conntrack = ConntrackCutter(try ConntrackSocket(in: namespace))
    kernel = Kernel(writer: writer, interfaces: interfaces, conntrack: conntrack)
    if try writer.observe() == nil { _ = try writer.synchronise(&table) }
  }

  /// The configuration with the prefixes that are in force: those of the start.
  private func usable(_ configuration: DataplaneConfiguration) -> DataplaneConfiguration {
    var configuration = configuration
    if let prefixes { configuration.interfacePrefixes = prefixes.usable }
    return configuration
  }

  /// Takes up a batch of changes. Before the first whole state nothing is programmed.
  public func apply(_ changes: [DesiredChange]) -> DataplaneStatus {
    metrics.batchSize.observe(Double(changes.count))
    var isFirst = false
    for change in changes {
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

  /// Takes over a new configuration.
  public func configure(_ configuration: DataplaneConfiguration) -> DataplaneStatus {
    let configuration = usable(configuration)
    guard configuration != self.configuration else { return status }
    self.configuration = configuration
    table.configure(configuration)
    kernel?.interfaces.configure(configuration, table.claims)
    return program()
  }

  /// Tries again what could not be programmed.
  public func retry() -> DataplaneStatus {
    let keys = Set(refused.keys).union(kernel?.interfaces.pending.keys.map { $0 } ?? [])
    kernel?.interfaces.mark(keys.compactMap { table.claims.endpoints[$0]?.interfaceName })
    return program()
  }

  /// Something happened to an interface.
  public func linkChanged(_ name: String) -> DataplaneStatus {
    guard table.claims.isWorkloadName(name) else { return hostChanged() }
    guard !table.claims.claimants(of: name).isEmpty else { return status }
    metrics.interfaceBatchSize.observe(1)
    kernel?.interfaces.mark([name])
    return program()
  }

  /// Something happened to the host's own network: to its interfaces, addresses or routes.
  public func hostChanged() -> DataplaneStatus {
    kernel?.interfaces.hostChanged()
    return program()
  }

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
      number: statusCount, inSync: inSync, failure: failure,
      pending: pending.merging(refused) { $1 }, refused: refused,
      interfacePrefixes: configuration.interfacePrefixes, problems: prefixes?.problems ?? [])
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
  private func program(_ round: Round = .changes) -> DataplaneStatus {
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
    return status
  }

  /// Looks at the interfaces that are concerned, on which it depends whose they are, and returns
  /// those that are to be programmed.
  private func look(_ interfaces: InterfaceManager) -> Set<String> {
    guard inSync else { return [] }
    do throws(NetlinkError) {
      if try interfaces.readOwn() { table.setHostAddresses(interfaces.own.addresses) }
    } catch {
      log.warning("cannot read the host's own network: \(error)")
    }
    let names = interfaces.takeMarked().union(table.takeMoved())
    for name in names {
      let claimants = table.claims.claimants(of: name)
      guard table.claims.isWorkloadName(name), !claimants.isEmpty else { continue }
      table.place(name, interfaces.look(at: name, isContested: claimants.count > 1))
    }
    return names.union(table.takeMoved())
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

/// How far the kernel is what it should be.
public struct DataplaneStatus: Sendable, Hashable {
  /// Counts: of two, the one with the higher number is newer.
  public var number: Int
  /// The first whole state has arrived.
  public var inSync: Bool
  /// Why the last attempt to program policy failed.
  public var failure: String?
  /// Endpoints that are not in force, or not wholly, and why.
  public var pending: [String: String]
  /// Those of them for which there is nothing to wait for: what they claim is not a workload's, or
  /// belongs to another endpoint.
  public var refused: [String: String]
  /// What workloads' interfaces begin with.
  public var interfacePrefixes: [String]
  /// What of the configuration is not in force, in words.
  public var problems: [String]

  /// Nothing is known yet, unless told otherwise.
  public init(
    number: Int = 0, inSync: Bool = false, failure: String? = nil,
    pending: [String: String] = [:],
    refused: [String: String] = [:], interfacePrefixes: [String] = [], problems: [String] = []
  ) {
    self.number = number
    self.inSync = inSync
    self.failure = failure
    self.pending = pending
    self.refused = refused
    self.interfacePrefixes = interfacePrefixes
    self.problems = problems
  }

  /// Why an endpoint is not programmed, or `nil` when it is (if it is known at all).
  public func reason(_ endpoint: String) -> String? {
    inSync ? failure ?? pending[endpoint] : "the datastore has not been read yet"
  }
}
