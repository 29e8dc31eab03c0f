// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import AgentProtocol
import Logging
import NetworkEngine
import ProgramServices
import Resources
import Routing
import ServiceLifecycle
import Telemetry

/// The last step: makes of all that the agent's loops, and opens the plugin's socket.
enum Assembly {
  /// What is to run, in the order of its start; it ends in the reverse order.
  static func services(
    _ launch: Launch, _ groundwork: Groundwork, _ registered: Registration.Registered
  ) async throws -> [any Service] {
    let (configuration, settings) = (launch.configuration, registered.settings)
    let (health, output, log) = (groundwork.health, launch.output, launch.log)
    output.configuration = settings.logs
    let core = AgentCore(
      node: registered.node.metadata.name, dataplane: groundwork.dataplane,
      network: NetworkEngine(
        node: registered.node.metadata.name, routerID: configuration.routerID,
        logFile: configuration.runDirectory + "/bird.log"),
      health: health, metrics: groundwork.metrics, log: output.logger("core"))
    await core.configure(settings.dataplane)
    await groundwork.server.serve(health: settings.healthAddress, metrics: settings.metricsAddress)
    let bird = try bird(launch, groundwork)
    // As many as the server has clients: each has one request at a time.
    let requests = AsyncStream.makeStream(of: AgentLoops.Request.self)
    let socket = try AgentServer(
      path: AgentSocket.path(runDirectory: configuration.runDirectory)
    ) { request, responder in
      requests.continuation.yield((request, responder))
    }
    let loops = AgentLoops(
      core: core,
      source: try Upstream.source(launch, groundwork, registered),
      bird: bird, server: groundwork.server, requests: requests.stream,
      mtu: PodMTU(
        folder: configuration.libDirectory, addresses: addresses(of: registered.node),
        log: output.logger("mtu")),
      health: health, output: output, settings: settings, log: log)
    let door = ProgramService("socket") {
      log.info("stopping")
      socket.stop()
    }
    return try loops.services() + [door]
  }

  /// What keeps BIRD, where there is to be one.
  private static func bird(
    _ launch: Launch, _ groundwork: Groundwork
  ) throws -> BirdController? {
    let (configuration, health) = (launch.configuration, groundwork.health)
    guard configuration.backend == .bird else {
      let backend = configuration.backend.rawValue
      health.note("bird", "does not run, as CALICO_NETWORKING_BACKEND is \(backend)")
      return nil
    }
    health.register("bird", reports: [.ready])
    return try BirdController(
      daemon: BirdDaemon(
        program: configuration.birdProgram, runDirectory: configuration.runDirectory),
      health: health, log: launch.output.logger("bird"))
  }

  private static func addresses(of node: Node) -> Set<IPAddress> {
    let texts = [node.spec.bgp?.ipv4Address, node.spec.bgp?.ipv6Address].compactMap { $0 }
    return Set(texts.compactMap { IPAddress(String($0.prefix { $0 != "/" })) })
  }
}
