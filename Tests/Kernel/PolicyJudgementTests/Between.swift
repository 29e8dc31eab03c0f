// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyCases

/// What becomes of packets while the nodes go from one world to another, after every single
/// transaction.
final class Between {
  private let nodes: SimulatedNodes
  private let probes: [Probe]
  private let before: [Bool]
  private var wasAllowed: [Bool]
  private var wasDenied: [Bool]

  init(_ nodes: SimulatedNodes, _ probes: [Probe]) throws {
    self.nodes = nodes
    self.probes = probes
    before = try probes.map { try nodes.send($0.flow).isAllowed }
    wasAllowed = before
    wasDenied = before.map { !$0 }
    nodes.afterBatch { [self] in look() }
  }

  private func look() {
    for (index, probe) in probes.enumerated() {
      guard let now = try? nodes.send(probe.flow).isAllowed else { continue }
      if now { wasAllowed[index] = true } else { wasDenied[index] = true }
    }
  }

  /// Ends it: packets that were let through though both worlds deny them, and that were lost though
  /// both allow them.
  func end(after: [Bool]) -> (leaked: [Probe], lost: [Probe]) {
    nodes.afterBatch(nil)
    let leaked = probes.indices.filter { !before[$0] && !after[$0] && wasAllowed[$0] }
    let lost = probes.indices.filter { before[$0] && after[$0] && wasDenied[$0] }
    return (leaked.map { probes[$0] }, lost.map { probes[$0] })
  }
}
