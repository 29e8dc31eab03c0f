// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

/// Keeps the table of policies, in which every workload's interface has its place.
final class PolicyManager: GuardingManager {
  let name = "the table inet calico"

  private let context: DataplaneContext
  private let writer: TableWriter
  private var table: PolicyTable

  init(_ context: DataplaneContext) throws(NetlinkError) {
    self.context = context
    writer = TableWriter(try NFTablesSocket(in: context.namespace))
    table = PolicyTable(context.configuration)
  }

  func take(_ news: DataplaneNews) {
    table.configure(context.configuration)
    for change in news.changes { table.apply(change) }
    // Half a state is not put into force, whoever deletes the table meanwhile.
    if context.isWhole {
      table.dispatch(news.interfaces.union(context.unseenInterfaces), by: context.claims)
    }
    table.finishRound()
  }

  func apply(_ round: DataplaneRound) throws -> ManagerReport {
    defer { if context.isWhole { updateGauges() } }
    guard round.comparison != nil else {
      try writer.write(&table)
      return ManagerReport()
    }
    return ManagerReport(repaired: try writer.synchronise(&table))
  }

  func isThere() throws -> Bool { try writer.isThere() }

  var hasChanges: Bool { !table.pending.isEmpty }

  private func updateGauges() {
    context.metrics.update(
      table.model, transactions: writer.transactions, refusals: writer.failures)
  }
}
