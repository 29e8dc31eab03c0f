// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PacketSimulator
import Testing

@testable import Dataplane

/// A table in a simulated kernel.
struct SimulatedTableau {
  let kernel = SimulatedKernel()
  let writer: TableWriter
  private(set) var table: PolicyTable

  init(_ configuration: DataplaneConfiguration = DataplaneConfiguration()) throws {
    table = PolicyTable(configuration)
    writer = TableWriter(NFTablesSocket(kernel))
    _ = try writer.synchronise(&table)
    let places = [Scene.web, Scene.db, Scene.guest].flatMap {
      [($0.ipv4, $0.interface), ($0.ipv6, $0.interface)]
    }
    let routes = Dictionary(uniqueKeysWithValues: places)
    kernel.route = { routes[$0] ?? "eth0" }
  }

  mutating func apply(_ changes: [DesiredChange]) throws {
    for change in changes { table.apply(change) }
    table.finishRound()
    try writer.write(&table)
  }

  mutating func configure(_ configuration: DataplaneConfiguration) throws {
    table.configure(configuration)
    try writer.write(&table)
  }

  mutating func synchronise() throws -> Int { try writer.synchronise(&table) }
}
