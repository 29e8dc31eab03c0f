// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Logging
import Netlink
import Routing
import Telemetry

/// Keeps the node's BIRD running with the newest configuration, on a thread of its own: talking to
/// BIRD blocks.
actor BirdController {
  private let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let daemon: BirdDaemon
  private let health: HealthRegistry
  private let log: Logger
  private var wanted: String?
  private var lastProblem: String?

  init(daemon: BirdDaemon, health: HealthRegistry, log: Logger) throws(NetlinkError) {
    executor = try ThreadExecutor(name: "bird")
    self.daemon = daemon
    self.health = health
    self.log = log
  }

  /// Takes over a configuration.
  func configure(_ configuration: BGPDaemonConfiguration) {
    wanted = configuration.render()
    check()
  }

  /// Starts BIRD again if it is gone, and looks at its sessions.
  func check() {
    guard let wanted else {
      health.report("bird", live: true, ready: false, detail: "this node has no address yet")
      return
    }
    do throws(RoutingError) {
      switch try daemon.apply(wanted) {
      case .started: log.info("BIRD started")
      case .reconfigured: log.info("BIRD has a new configuration")
      case .unchanged: break
      }
      let status = try BirdStatus.read(socket: daemon.socket)
      let missing = status.peers.filter { !$0.isEstablished }.map(\.address.description)
      // A node with one session left still has routes: only the loss of all is a node's failure.
      let isReady = missing.isEmpty || missing.count < status.peers.count
      health.report(
        "bird", live: true, ready: isReady,
        detail: missing.isEmpty
          ? "" : "BGP not established with " + missing.joined(separator: ","))
      if lastProblem != nil { log.info("BIRD is well again") }
      lastProblem = nil
    } catch {
      health.report("bird", live: true, ready: false, detail: "\(error)")
      if lastProblem != "\(error)" { log.error("\(error)") }
      lastProblem = "\(error)"
    }
  }
}
