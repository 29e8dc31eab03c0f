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
  private var claims: EndpointClaims

  init(_ configuration: DataplaneConfiguration = DataplaneConfiguration()) throws {
    table = PolicyTable(configuration)
    claims = EndpointClaims(prefixes: configuration.interfacePrefixes)
    writer = TableWriter(NFTablesSocket(kernel))
    _ = try writer.synchronise(&table)
    let places = [Scene.web, Scene.db, Scene.guest].flatMap {
      [($0.ipv4, $0.interface), ($0.ipv6, $0.interface)]
    }
    let routes = Dictionary(uniqueKeysWithValues: places)
    kernel.route = { routes[$0] ?? "eth0" }
  }

  mutating func apply(_ changes: [DesiredChange]) throws {
    table.apply(changes, &claims)
    try writer.write(&table)
  }

  mutating func configure(_ configuration: DataplaneConfiguration) throws {
    table.configure(configuration)
    try writer.write(&table)
  }

  mutating func synchronise() throws -> Int { try writer.synchronise(&table) }
}

extension PolicyTable {
  /// Takes changes up like a round of the dataplane, but for that nobody has looked at any interface.
  mutating func apply(_ changes: [DesiredChange], _ claims: inout EndpointClaims) {
    for change in changes {
      claims.apply(change)
      apply(change)
    }
    dispatch(claims.takeTouched(), by: claims)
    finishRound()
  }
}
