// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import AgentProtocol
import Dataplane
import Datastore
import Glibc
import Logging
import Netlink
import NetworkEngine
import Resources
import Routing
import ServiceLifecycle
import Settings
import StoreAccess
import StoreSync
import SyncModel
import Telemetry
import UnixSignals

/// The agent of one node: one process that registers the node, programs its kernel, keeps its BIRD,
/// and says how it is.
public struct NodeAgent: Sendable {
  private let environment: [String: String]
  private let configurationFile: String?
  private let version: String

  /// - Parameters:
  ///   - environment: The process's environment (compatibility §9.2, §4.1, §1.10).
  ///   - configurationFile: A `CalicoAPIConfig` file; `nil` is the default one, if it is there.
  public init(environment: [String: String], configurationFile: String?, version: String) {
    self.environment = environment
    self.configurationFile = configurationFile
    self.version = version
  }

  /// The kinds that the agent follows.
  private static let kinds: [Kind] = [
    .workloadEndpoint, .hostEndpoint, .networkPolicy, .globalNetworkPolicy, .tier, .profile,
    .networkSet, .globalNetworkSet, .ipPool, .node, .ipamBlock, .bgpPeer, .bgpConfiguration,
    .felixConfiguration, .clusterInformation,
  ]

  /// Runs until SIGTERM or SIGINT. What is in the kernel, and BIRD, stay as they are.
  public func run() async throws {
    let configuration = try NodeConfiguration(environment: environment, hostName: Self.hostName())
    var settings = try SettingsState(
      node: configuration.nodeName, environment: environment,
      file: try SettingsFile.read(configuration.felixConfigurationFile))
    let output = LogOutput(level: settings.logLevel)
    let log = output.logger("node")
    for problem in configuration.warnings + settings.problems { log.warning("\(problem)") }
    if let file = environment["FELIX_CONFIGFILE"], !file.isEmpty, access(file, F_OK) != 0 {
      log.warning("FELIX_CONFIGFILE = '\(file)': there is no such file, and it sets nothing")
    }
    log.info("starting", metadata: ["node": "\(configuration.nodeName)", "version": "\(version)"])
    try PrivateFile.makeFolder(configuration.runDirectory)
    try PrivateFile.makeFolder(configuration.libDirectory)
    try Self.enableForwarding(ipv6: settings.current.ipv6Support)

    let metrics = MetricsRegistry()
    metrics.addProcessMetrics()
    let health = HealthRegistry()
    health.register("int_dataplane", reports: [.live, .ready])
    health.register("async_calc_graph", reports: [.live, .ready])
    let dataplane = try Dataplane(
      configuration: settings.dataplane, metrics: metrics, log: output.logger("dataplane"))
    // Before anything that may be waited for: whoever waits says so, and is not taken for dead.
    let server = StatusServer(health: health, metrics: metrics, log: output.logger("http"))
    await server.serve(health: settings.healthAddress, metrics: settings.metricsAddress)
    // Before the datastore is asked: on a fresh node, unknown workload interfaces are shut at once.
    try await Self.start(health, log) { try await dataplane.start() }
    let notice = LockNotice(health: health, metrics: metrics, log: log)

    let registered = try await startUp(configuration, health, notice, log)
    let (store, node) = (registered.store, registered.node)
    for problem in settings.start(registered.configurations, labels: node.metadata.labels) {
      log.warning("\(problem)")
    }
    output.level = settings.logLevel

    let core = AgentCore(
      node: node.metadata.name, dataplane: dataplane,
      network: NetworkEngine(
        node: node.metadata.name, routerID: configuration.routerID,
        logFile: configuration.runDirectory + "/bird.log"),
      health: health, metrics: metrics, log: output.logger("core"))
    await core.configure(settings.dataplane)
    await server.serve(health: settings.healthAddress, metrics: settings.metricsAddress)
    var bird: BirdController?
    if configuration.backend == .bird {
      health.register("bird", reports: [.ready])
      bird = try BirdController(
        daemon: BirdDaemon(
          program: configuration.birdProgram, runDirectory: configuration.runDirectory),
        health: health, log: output.logger("bird"))
    } else {
      let backend = configuration.backend.rawValue
      health.note("bird", "does not run, as CALICO_NETWORKING_BACKEND is \(backend)")
    }
    // As many as the server has clients: each has one request at a time.
    let requests = AsyncStream.makeStream(of: AgentLoop.Request.self)
    let socket = try AgentServer(
      path: AgentSocket.path(runDirectory: configuration.runDirectory)
    ) { request, responder in
      requests.continuation.yield((request, responder))
    }
    defer { socket.stop() }

    let source = DatastoreSource(
      LockGate(
        store, kinds: Self.kinds, report: { Self.say($0, log) }, tell: { notice.show($0) }))
    let loop = AgentLoop(
      core: core, source: source, bird: bird, server: server, requests: requests.stream,
      mtu: PodMTU(
        folder: configuration.libDirectory, addresses: Self.addresses(of: node),
        log: output.logger("mtu")),
      health: health, output: output, settings: settings, log: log)
    let group = ServiceGroup(
      services: [loop], gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
    try await group.run()
    await server.stop()
    await store.close()
    log.info("stopped; the kernel's state stays as it is")
  }

  /// Starts the dataplane. For as long as the host's own network cannot be read, nothing may be
  /// programmed, as any interface could be the host's: that is waited for, and said.
  static func start(
    _ health: HealthRegistry, _ log: Logger, clock: SyncClock = .continuous,
    _ start: () async throws -> Void
  ) async throws {
    var backoff = SyncBackoff()
    var hasFailed = false
    while true {
      do {
        try await start()
        if hasFailed { log.info("reading the host's own network works again") }
        return
      } catch let error as HostNetworkError {
        if !hasFailed { log.error("\(error)") }
        hasFailed = true
        health.report("int_dataplane", live: true, ready: false, detail: "\(error)")
      }
      try await clock.sleep(backoff.next())
    }
  }

  private static func addresses(of node: Node) -> Set<IPAddress> {
    let texts = [node.spec.bgp?.ipv4Address, node.spec.bgp?.ipv6Address].compactMap { $0 }
    return Set(texts.compactMap { IPAddress(String($0.prefix { $0 != "/" })) })
  }

  private static func say(_ report: SyncReport, _ log: Logger) {
    switch report {
    case .malformed(let object):
      log.warning("\(object.key) cannot be read and is left out: \(object.reason)")
    case .interrupted(let kind, let reason, let retryIn):
      log.warning("following \(kind): \(reason); again in \(retryIn.inWords)")
    case .inSync:
      log.debug("in sync with the datastore")
    }
  }

  /// The open datastore with the node in it.
  private struct Registered {
    var store: any Datastore
    var node: Node
    var configurations: [String: SyncFelixConfiguration]
  }

  /// Opens the datastore and registers the node; with `WAIT_FOR_DATASTORE`, until it can be reached.
  private func startUp(
    _ configuration: NodeConfiguration, _ health: HealthRegistry, _ notice: LockNotice,
    _ log: Logger
  ) async throws -> Registered {
    let access = try DatastoreConfiguration.read(
      file: configurationFile, environment: environment)
    log.info("using the \(access)")
    var backoff = SyncBackoff()
    while true {
      let reason: String
      do throws(StartupError) {
        let store: any Datastore
        do throws(DatastoreError) {
          store = try await access.open(durability: .full)
        } catch {
          throw StartupError(error)
        }
        do {
          return try await register(in: store, configuration, health, notice, log)
        } catch {
          await store.close()
          throw error
        }
      } catch {
        guard configuration.waitsForDatastore, case .datastoreUnavailable = error else {
          throw error
        }
        reason = "\(error)"
      }
      let pause = backoff.next()
      log.warning("\(reason); again in \(pause.inWords)")
      health.report("async_calc_graph", live: true, ready: false, detail: reason)
      try await Task.sleep(for: pause)
    }
  }

  /// Registers the node and reads its settings, once the datastore is not locked for a migration.
  private func register(
    in store: any Datastore, _ configuration: NodeConfiguration, _ health: HealthRegistry,
    _ notice: LockNotice, _ log: Logger
  ) async throws(StartupError) -> Registered {
    let startup = NodeStartup(store: store, configuration: configuration, version: version) {
      log.info("\($0)")
    }
    while true {
      do throws(StartupError) {
        let host: [HostInterface]
        do throws(NetlinkError) {
          host = try HostNetwork.read()
        } catch {
          throw .kernel("\(error)")
        }
        let node = try await startup.run(
          interfaces: host, sourceTowards: { HostNetwork.source(towards: $0) })
        let configurations = try await felixConfigurations(store)
        notice.show(false)
        return Registered(store: store, node: node, configurations: configurations)
      } catch .datastoreLocked {
        notice.show(true)
        health.report("async_calc_graph", live: true, ready: false, detail: LockNotice.reason)
      }
      do { try await Task.sleep(for: Self.lockInterval) } catch { throw .datastore("cancelled") }
    }
  }

  /// How often a locked datastore is asked whether it still is.
  private static let lockInterval = Duration.seconds(1)

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

  /// A node routes for its workloads.
  private static func enableForwarding(ipv6: Bool) throws {
    try Sysctl.write("1", to: "net", "ipv4", "ip_forward")
    // A kernel may have no IPv6 at all; then there is nothing to forward.
    if ipv6, (try? Sysctl.read("net", "ipv6", "conf", "all", "forwarding")) != nil {
      try Sysctl.write("1", to: "net", "ipv6", "conf", "all", "forwarding")
    }
  }

  private static func hostName() -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
  }
}
