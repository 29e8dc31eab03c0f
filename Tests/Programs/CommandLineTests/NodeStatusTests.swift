// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

@testable import Routing
import TestSupport
import Testing

@Suite("calicoctl node status")
struct NodeStatusTests {
  private func desk(_ protocols: String...) -> Desk {
    var desk = Desk()
    let status = BirdStatus(
      statusLines: [], protocolLines: protocols.map { BirdControl.Line(code: 1002, text: $0) })
    desk.readBird = { _ in status }
    return desk
  }

  @Test("the book's table")
  func book() async {
    let desk = desk(
      "Mesh_10_128_0_3 BGP        ---        up     2018-03-31    Established",
      "Mesh_10_128_0_4 BGP        ---        up     2018-03-31    Established",
      "kernel1    Kernel     master4    up     2018-03-31")
    #expect(
      await desk.run("node", "status")
        == .init(
          output: lines(
            "Calico process is running.", "", "IPv4 BGP status",
            "+--------------+-------------------+-------+------------+-------------+",
            "| PEER ADDRESS |     PEER TYPE     | STATE |   SINCE    |    INFO     |",
            "+--------------+-------------------+-------+------------+-------------+",
            "| 10.128.0.3   | node-to-node mesh | up    | 2018-03-31 | Established |",
            "| 10.128.0.4   | node-to-node mesh | up    | 2018-03-31 | Established |",
            "+--------------+-------------------+-------+------------+-------------+", "",
            "IPv6 BGP status", "No IPv6 peers found.")))
  }

  @Test("peers of both families and all types")
  func types() async {
    let desk = desk(
      "Global_192_20_30_40 BGP --- start 10:00:01 Connect Socket: Connection refused",
      "Node_fd00__1 BGP --- up 10:00:01 Established")
    #expect(
      await desk.run("node", "status").output
        == lines(
          "Calico process is running.", "", "IPv4 BGP status",
          "+--------------+-----------+-------+----------+------------------------------------+",
          "| PEER ADDRESS | PEER TYPE | STATE |  SINCE   |                INFO                |",
          "+--------------+-----------+-------+----------+------------------------------------+",
          "| 192.20.30.40 | global    | start | 10:00:01 | Connect Socket: Connection refused |",
          "+--------------+-----------+-------+----------+------------------------------------+",
          "", "IPv6 BGP status",
          "+--------------+---------------+-------+----------+-------------+",
          "| PEER ADDRESS |   PEER TYPE   | STATE |  SINCE   |    INFO     |",
          "+--------------+---------------+-------+----------+-------------+",
          "| fd00::1      | node specific | up    | 10:00:01 | Established |",
          "+--------------+---------------+-------+----------+-------------+"))
  }

  @Test("without BIRD nothing runs")
  func notRunning() async {
    var desk = Desk()
    desk.environment["CALICO_RUN_DIR"] = desk.folder.path
    #expect(
      await desk.run("node", "status")
        == .init(
          code: 1,
          error: lines(
            "Calico process is not running.",
            "BIRD is not running: nobody listens on \(desk.folder.file("bird.ctl"))")))
  }

  @Test("who may not ask is told so")
  func denied() async {
    var desk = Desk()
    desk.readBird = { socket throws(RoutingError) in throw .permissionDenied(socket: socket) }
    #expect(
      await desk.run("node", "status")
        == .init(
          code: 1,
          error: "no permission to talk to BIRD on /var/run/calico/bird.ctl: run this as root\n"))
  }
}
