// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import ArgumentParser
import Routing

/// `calicoctl node status`
struct NodeStatusCommand: ContextCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show the BGP peers of this host and whether they can be reached.",
    discussion: """
      Run it as root on the host itself. It asks BIRD in the folder CALICO_RUN_DIR \
      (/var/run/calico).

        sudo calicoctl node status
      """)

  @OptionGroup var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let status: BirdStatus
    do {
      status = try context.readBird("\(context.runFolder)/bird.ctl")
    } catch {
      guard case .notRunning = error else { throw error }
      throw CommandFailure("Calico process is not running.\n\(error)")
    }
    context.output("Calico process is running.\n")
    for family in IPFamily.allCases {
      context.output(
        "\n" + Self.report(status.peers.filter { $0.address.family == family }, family))
    }
  }

  private static func report(_ peers: [BirdStatus.Peer], _ family: IPFamily) -> String {
    let name = "IPv\(family.rawValue)"
    let heading = "\(name) BGP status\n"
    if peers.isEmpty { return heading + "No \(name) peers found.\n" }
    var table = BorderedTable(["PEER ADDRESS", "PEER TYPE", "STATE", "SINCE", "INFO"])
    table.rows = peers.map { ["\($0.address)", $0.type, $0.state, $0.since, $0.info] }
    return heading + table.text
  }
}
