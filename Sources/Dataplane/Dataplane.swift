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
  public func start() throws {
    let writer = TableWriter(try NFTablesSocket(in: namespace))
    let interfaces = InterfaceManager(
      configuration: configuration, namespace: namespace,
      sockets: try RouteSocket(in: namespace))
    let conntrack = ConntrackCutter(try ConntrackSocket(in: namespace))
    kernel = Kernel(writer: writer, interfaces: interfaces, conntrack: conntrack)
    if try writer.observe() == nil { _ = try writer.synchronise(&table) }
  }

  /// Takes up a batch of changes. Before the first whole state nothing is programmed.
  public func apply(_ changes: [DesiredChange]) -> DataplaneStatus {
    metrics.batchSize.observe(Double(changes.count))
    for change in changes {
      metrics.count(change)
      table.apply(change)
      switch change {
      case .endpoint(let key, let endpoint):
        kernel?.interfaces.set(key, endpoint)
        kernel?.conntrack.set(key, endpoint)
      case .endpointRemoved(let key):
        kernel?.interfaces.set(key, nil)
        kernel?.conntrack.set(key, nil)
      case .inSync:
        inSync = true
        resyncTable(isFirst: true)
      default: break
      }
    }
    return program()
  }

  /// Takes over a new configuration.
  public func configure(_ configuration: DataplaneConfiguration) -> DataplaneStatus {
    guard configuration != self.configuration else { return status }
    self.configuration = configuration
    table.configure(configuration)
    kernel?.interfaces.configure(configuration)
    return program()
  }

  /// Tries again what could not be programmed.
  public func retry() -> DataplaneStatus {
    kernel?.interfaces.retryPending()
    return program()
  }

  /// Something happened to an interface.
  public func linkChanged(_ name: String) -> DataplaneStatus {
    guard configuration.isWorkloadInterface(name) else { return status }
    metrics.interfaceBatchSize.observe(1)
    kernel?.interfaces.linkChanged(name)
    return program()
  }

  /// Compares the table with the kernel's and repairs what a stranger changed.
  public func refreshPolicy() -> DataplaneStatus {
    if inSync { resyncTable(isFirst: false) }
    return program()
  }

  /// Compares routes, neighbours and settings with the kernel's and repairs what differs.
  public func refreshInterfaces() -> DataplaneStatus {
    kernel?.interfaces.refresh(afterSync: inSync) { log.warning("\($0)") }
    updateGauges()
    return status
  }

  /// What is not as it should be.
  public var status: DataplaneStatus {
    DataplaneStatus(
      inSync: inSync, failure: failure, pending: kernel?.interfaces.pending ?? [:])
  }

  private func resyncTable(isFirst: Bool) {
    guard let kernel else { return }
    table.finishRound()
    do throws(NFTablesError) {
      let differences = try kernel.writer.synchronise(&table)
      if differences > 0, !isFirst {
        metrics.repairs.increment(by: Double(differences))
        log.warning(
          "the table inet calico was changed by somebody else: repaired",
          metadata: ["objects": "\(differences)"])
      }
    } catch {
      fail("\(error)")
    }
  }

  /// Routes and policy of one round; an endpoint counts as programmed after both.
  private func program() -> DataplaneStatus {
    guard let kernel, inSync else { return status }
    table.finishRound()
    let clock = ContinuousClock()
    let start = clock.now
    let hadChanges = !table.pending.isEmpty
    do throws(NFTablesError) {
      try kernel.writer.write(&table)
      if failure != nil { log.info("programming the kernel works again") }
      failure = nil
    } catch {
      fail("\(error)")
    }
    kernel.interfaces.apply { log.warning("\($0)") }
    if failure == nil {
      do throws(NetlinkError) { try kernel.conntrack.cut() } catch {
        log.warning("cannot end the connections of removed endpoints: \(error)")
      }
    }
    if hadChanges { metrics.applyTime.observe(clock.now - start) }
    updateGauges()
    return status
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
  /// The first whole state has arrived.
  public var inSync: Bool
  /// Why the last attempt to program policy failed.
  public var failure: String?
  /// Endpoints whose interface is not programmed yet, and why.
  public var pending: [String: String]

  /// Nothing is known yet, unless told otherwise.
  public init(inSync: Bool = false, failure: String? = nil, pending: [String: String] = [:]) {
    self.inSync = inSync
    self.failure = failure
    self.pending = pending
  }

  /// Why an endpoint is not programmed, or `nil` when it is (if it is known at all).
  public func reason(_ endpoint: String) -> String? {
    inSync ? failure ?? pending[endpoint] : "the datastore has not been read yet"
  }
}
