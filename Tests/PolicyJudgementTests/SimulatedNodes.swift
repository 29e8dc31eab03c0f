// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import PacketSimulator
import PolicyCases
import PolicyOracle

@testable import Dataplane

/// The nodes of a world as the simulator sees them: what the dataplane's own renderer and writer
/// send to the kernel, interpreted.
final class SimulatedNodes {
  /// Where what is on no workload's interface comes from and goes to.
  static let uplink = "eth0"

  struct Node {
    let kernel = SimulatedKernel()
    let writer: TableWriter
    var table: PolicyTable

    init(_ configuration: DataplaneConfiguration) throws {
      table = PolicyTable(configuration)
      writer = TableWriter(NFTablesSocket(kernel))
      _ = try writer.synchronise(&table)
    }
  }

  private(set) var nodes: [String: Node] = [:]
  private var directory = Directory(World())

  init(_ configuration: DataplaneConfiguration = DataplaneConfiguration()) throws {
    for name in PolicyCase.nodes { nodes[name] = try Node(configuration) }
  }

  func apply(_ changes: Pipeline.Changes) throws {
    for (name, list) in changes.sorted(by: { $0.key < $1.key }) {
      guard var node = nodes[name] else { continue }
      for change in list { node.table.apply(change) }
      node.table.finishRound()
      try node.writer.write(&node.table)
      nodes[name] = node
    }
  }

  /// Nodes that see this world first, with the control workloads.
  ///
  /// - Parameter likening: The kernel's sets of a selector only ever become more, so that what a
  ///   world leaves behind is not what it makes from nothing: the new nodes have had a member of
  ///   every kind that these nodes have had.
  convenience init(_ world: World, likening others: SimulatedNodes? = nil) throws {
    try self.init()
    try apply(Control.allChanges)
    var pipeline = Pipeline()
    var changes = try pipeline.move(to: world)
    for (node, list) in changes {
      let known = others?.nodes[node]?.table.model.sets ?? [:]
      changes[node] = list.flatMap { change -> [DesiredChange] in
        guard case .set(let id, var set) = change else { return [change] }
        set.members = Set(
          SetPart.allCases.filter { known[Names.set(id, $0)] != nil }.map(Self.member))
        return [.set(id, set), change]
      }
    }
    try apply(changes)
    enter(world)
  }

  private static func member(_ part: SetPart) -> IPSetMember {
    let address = part.family == .v4 ? IPAddress(v4: 0x0101_0101) : IPAddress(v6: 1)
    switch part {
    case .hosts4, .hosts6: return .net(CIDR(host: address))
    case .nets4, .nets6: return .net(.everything(part.family))
    case .ports4, .ports6: return .port(address, .tcp, 1)
    }
  }

  /// From now on packets are on their way in this world.
  func enter(_ world: World) {
    directory = Directory(world)
    for (name, node) in nodes {
      node.kernel.route = { [directory] address in
        guard let place = directory[address], place.node == name else { return Self.uplink }
        return place.interface
      }
    }
  }

  /// What the batches that were refused say.
  var refusals: [String] { nodes.values.flatMap(\.kernel.refused) }

  /// The table that each node's kernel would hold.
  func observe() throws -> [String: TableModel] {
    try nodes.compactMapValues { try $0.writer.observe() }
  }

  /// Sends a packet from one end to the other; whether it arrives, and its way.
  func send(_ flow: Flow) throws -> (isAllowed: Bool, trace: String) {
    let source = directory[flow.source]
    let destination = directory[flow.destination]
    var trace: [String] = []
    var hops: [(node: String, input: String, output: String)] = []
    if let source, let destination, source.node == destination.node {
      hops = [(source.node, source.interface, destination.interface)]
    } else {
      if let source { hops.append((source.node, source.interface, Self.uplink)) }
      if let destination { hops.append((destination.node, Self.uplink, destination.interface)) }
    }
    for hop in hops {
      guard let kernel = nodes[hop.node]?.kernel else { continue }
      let packet = Packet(
        flow.transport, from: flow.source, port: flow.sourcePort, to: flow.destination,
        port: flow.destinationPort, icmpType: flow.icmpType, icmpCode: flow.icmpCode,
        in: hop.input, out: hop.output)
      let outcome = try kernel.forward(packet)
      trace.append("\(hop.node) \(outcome)")
      if !outcome.isAccepted { return (false, trace.joined(separator: "\n")) }
    }
    return (true, trace.joined(separator: "\n"))
  }
}
