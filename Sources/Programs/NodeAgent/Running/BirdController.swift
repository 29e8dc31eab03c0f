// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import HostSystem
import Logging
import NetworkEngine
import Netlink
import Routing
import Telemetry

/// What tells other nodes of this one's routes, and hears of theirs. It may take long to answer.
protocol RoutingDaemon: Sendable {
  /// Takes over what it is to do.
  func take(_ plan: NetworkEngine.Plan) async
  /// Sees to it that it runs, and says how it is.
  func check() async
}

extension BirdController: RoutingDaemon {}

/// Keeps the node's BIRD running with the newest configuration, on a thread of its own: talking to
/// BIRD blocks.
///
/// A configuration that BIRD refuses is said and tried once, until there is another; meanwhile BIRD
/// goes on with the last one that it took.
actor BirdController {
  private let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let daemon: BirdDaemon
  private let health: HealthRegistry
  private let log: Logger
  private var wanted: String?
  private var refused: (text: String, reason: String)?
  /// Why there is no configuration, or no new one.
  private var reason: String? = "the datastore has not been read yet"
  private var lastProblem: String?

  init(daemon: BirdDaemon, health: HealthRegistry, log: Logger) throws(SystemCallError) {
    executor = try ThreadExecutor(name: "bird")
    self.daemon = daemon
    self.health = health
    self.log = log
  }

  /// Takes over what BIRD is to do.
  func take(_ plan: NetworkEngine.Plan) {
    switch plan {
    case .run(let configuration):
      wanted = configuration.render()
      reason = nil
    case .wait(let reason):
      if self.reason != reason { log.warning("no configuration for BIRD: \(reason)") }
      self.reason = reason
    }
    check()
  }

  /// Starts BIRD again if it is gone, and looks at its sessions.
  func check() {
    guard let wanted else { return report(ready: false, reason ?? "") }
    do throws(RoutingError) {
      switch try bring(wanted) {
      case .started: log.info("BIRD started")
      case .reconfigured: log.info("BIRD has a new configuration")
      case .unchanged: break
      }
      let status = try BirdStatus.read(socket: daemon.socket)
      let missing = status.peers.filter { !$0.isEstablished }.map(\.address.description)
      let sessions =
        missing.isEmpty ? "" : "BGP not established with " + missing.joined(separator: ",")
      if let reason = reason ?? refused?.reason {
        let kept = "BIRD goes on with the last configuration that it took"
        report(
          ready: false, [reason, kept, sessions].filter { !$0.isEmpty }.joined(separator: "; "))
      } else {
        // A node with one session left still has routes: only the loss of all is a node's failure.
        report(ready: missing.isEmpty || missing.count < status.peers.count, sessions)
      }
      if lastProblem != nil { log.info("BIRD is well again") }
      lastProblem = nil
    } catch {
      let problem = [refused?.reason, "\(error)"].compactMap { $0 }.joined(separator: "; ")
      report(ready: false, problem)
      if lastProblem != problem { log.error("\(problem)") }
      lastProblem = problem
    }
  }

  /// Sees to it that BIRD runs, with this configuration or the last one that it took.
  private func bring(_ wanted: String) throws(RoutingError) -> BirdDaemon.Outcome {
    if refused?.text != wanted {
      do throws(RoutingError) {
        let outcome = try daemon.apply(wanted)
        refused = nil
        return outcome
      } catch {
        guard case .refused(let why) = error else { throw error }
        let reason = "BIRD refused its new configuration: \(why)"
        refused = (wanted, reason)
        log.error("\(reason)")
      }
    }
    return try daemon.keepRunning()
  }

  private func report(ready: Bool, _ detail: String) {
    health.report("bird", live: true, ready: ready, detail: detail)
  }
}
