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
    var claims: EndpointClaims

    init(_ configuration: DataplaneConfiguration) throws {
      table = PolicyTable(configuration)
      claims = EndpointClaims(prefixes: configuration.interfacePrefixes)
      writer = TableWriter(NFTablesSocket(kernel))
      _ = try writer.synchronise(&table)
    }
  }

  private(set) var nodes: [String: Node] = [:]
  private var directory = Directory(World())

  init(_ configuration: DataplaneConfiguration) throws {
    for name in PolicyCase.nodes { nodes[name] = try Node(configuration) }
  }

  func configure(_ configuration: DataplaneConfiguration) throws {
    for name in nodes.keys {
      guard var node = nodes[name] else { continue }
      node.table.configure(configuration)
      try node.writer.write(&node.table)
      nodes[name] = node
    }
  }

  func apply(_ changes: Pipeline.Changes) throws {
    for (name, list) in changes.sorted(by: { $0.key < $1.key }) {
      guard var node = nodes[name] else { continue }
      for change in list {
        node.claims.apply(change)
        node.table.apply(change)
      }
      node.table.dispatch(node.claims.takeTouched(), by: node.claims)
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
  convenience init(
    _ world: World, _ configuration: DataplaneConfiguration, likening others: SimulatedNodes? = nil
  ) throws {
    try self.init(configuration)
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

  /// Calls this after every transaction of any node.
  func afterBatch(_ body: (() -> Void)?) {
    for node in nodes.values { node.kernel.afterBatch = body }
  }

  /// Whether both ends are on one node, or one is elsewhere: nodes do not change at one moment.
  func isOfOneNode(_ flow: Flow) -> Bool {
    guard let source = directory[flow.source], let destination = directory[flow.destination] else {
      return true
    }
    return source.node == destination.node
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
    for hop in hops(from: source, to: destination, flow) {
      guard let kernel = nodes[hop.node]?.kernel else { continue }
      let packet = Packet(
        flow.transport, from: flow.source, port: flow.sourcePort, to: flow.destination,
        port: flow.destinationPort, icmpType: flow.icmpType, icmpCode: flow.icmpCode,
        in: hop.input, out: hop.output)
      let outcome: PacketOutcome
      if hop.input == nil {
        outcome = try kernel.emit(packet)
      } else if hop.output == nil {
        outcome = try kernel.deliver(packet)
      } else {
        outcome = try kernel.forward(packet)
      }
      trace.append("\(hop.node) \(outcome)")
      if !outcome.isAccepted { return (false, trace.joined(separator: "\n")) }
    }
    return (true, trace.joined(separator: "\n"))
  }

  private typealias Hop = (node: String, input: String?, output: String?)

  /// The nodes on the way: that of the source, then that of the destination.
  private func hops(
    from source: Directory.Place?, to destination: Directory.Place?, _ flow: Flow
  ) -> [Hop] {
    let from = source?.node ?? directory.host(flow.source)
    let to = destination?.node ?? directory.host(flow.destination)
    if let from, from == to { return [(from, source?.interface, destination?.interface)] }
    var hops: [Hop] = []
    if let from { hops.append((from, source?.interface, Self.uplink)) }
    if let to { hops.append((to, Self.uplink, destination?.interface)) }
    return hops
  }
}
