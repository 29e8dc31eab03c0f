// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Logging
import Netlink
import PacketLab
import PolicyCases
import PolicyOracle
import Resources
import Telemetry
import TestSupport

@testable import Dataplane

/// The nodes of a world in the kernel, programmed by the dataplane itself.
final class KernelNodes: Sendable {
  private let lab: PacketLab
  private let dataplanes: [String: Dataplane]
  private let namespaces: [String: NetworkNamespace]
  private let metrics: [String: MetricsRegistry]
  private let outside: IPAddress

  init(_ configuration: DataplaneConfiguration) async throws {
    lab = try PacketLab()
    try await lab.start(nodes: PolicyCase.nodes, outsideNets: PolicyCase.outsideNets)
    guard let outside = PolicyCase.outsideNets.first?.first.advanced(by: 200) else {
      throw KernelFailure(description: "there is no outside")
    }
    self.outside = outside
    var log = Logger(label: "judgement")
    log.logLevel = .error
    var dataplanes: [String: Dataplane] = [:]
    var namespaces: [String: NetworkNamespace] = [:]
    metrics = Dictionary(uniqueKeysWithValues: PolicyCase.nodes.map { ($0, MetricsRegistry()) })
    for node in PolicyCase.nodes {
      let namespace = try await lab.namespace(of: node)
      namespaces[node] = namespace
      let dataplane = try Dataplane(
        configuration: configuration, namespace: namespace,
        metrics: metrics[node] ?? MetricsRegistry(), log: log)
      try await dataplane.start()
      dataplanes[node] = dataplane
      try await lab.connect(
        "control-\(node)", [Control.address(node)], to: node, interface: Control.interface(node))
    }
    self.dataplanes = dataplanes
    self.namespaces = namespaces
  }

  /// Puts every workload of a world on its wire.
  func wire(_ world: World) async throws {
    for endpoint in world.endpoints {
      let spec = endpoint.spec
      // Whatever it is called, it is the one with these addresses.
      let digits = String(spec.pod.reversed().prefix { $0.isNumber }.reversed())
      guard let number = UInt32(digits) else { continue }
      // A workload may have one of them in this world and both in another.
      let addresses = [
        IPAddress(v4: 0x0a41_0002 + number),
        IPAddress("fd65::\(2 + number)") ?? IPAddress(v4: 0),
      ]
      try await lab.connect(
        "pod\(number)", addresses, to: spec.node, interface: spec.interfaceName)
    }
  }

  func configure(_ configuration: DataplaneConfiguration) async throws {
    for dataplane in dataplanes.values {
      if let failure = await dataplane.configure(configuration).failure {
        throw KernelFailure(description: failure)
      }
    }
  }

  /// Everything must be programmed in the end.
  func apply(_ batches: [Pipeline.Changes]) async throws {
    try await withThrowingTaskGroup { group in
      for (node, dataplane) in dataplanes {
        group.addTask {
          var status = await dataplane.status
          for changes in batches { status = await dataplane.apply(changes[node] ?? []) }
          if let failure = status.failure { throw KernelFailure(description: failure) }
          if let (endpoint, reason) = status.pending.first {
            throw KernelFailure(description: "\(endpoint) is not programmed: \(reason)")
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Programs a world, and tries packets in it: which arrive, and how long programming took.
  func judge(
    _ world: World, _ batches: [Pipeline.Changes], _ flows: [Flow]
  ) async throws -> (arrived: [Bool], programming: Duration) {
    try await wire(world)
    let clock = ContinuousClock()
    let start = clock.now
    try await apply(batches)
    let time = clock.now - start
    return (try await send(flows), time)
  }

  /// Which packets arrive.
  func send(_ flows: [Flow]) async throws -> [Bool] {
    let ends = PolicyCase.nodes.map(Control.address) + [outside]
    let controls = ends.flatMap { from in ends.filter { $0 != from }.map { (from: from, to: $0) } }
    return try await lab.judge(
      flows.map { flow in
        LabProbe(
          flow.transport, from: flow.source, port: flow.sourcePort ?? 0, to: flow.destination,
          port: flow.destinationPort ?? 0, icmpType: flow.icmpType ?? 0,
          icmpCode: flow.icmpCode ?? 0)
      }, controls: controls)
  }

  /// How many transactions each kernel has refused; the dataplane tries again in another way, so
  /// that it would not show.
  var refusedTransactions: [String: String] {
    metrics.mapValues { registry in
      let name = "felix_nft_refused_transactions "
      let line = registry.text().split(separator: "\n").first { $0.hasPrefix(name) }
      return line.map { String($0.dropFirst(name.count)) } ?? "unknown"
    }
  }

  /// What each node's kernel holds.
  func observe() throws -> [String: TableModel] {
    try namespaces.compactMapValues { try TableWriter(NFTablesSocket(in: $0)).observe() }
  }
}

struct KernelFailure: Error, CustomStringConvertible {
  var description: String
}
