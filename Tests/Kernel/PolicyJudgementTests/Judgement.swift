// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import PolicyCases
import PolicyOracle
import TestSupport
import Testing

@testable import Dataplane

/// Goes from one world to the next, asks all judges about every packet, and compares.
struct Judgement {
  private(set) var coverage = Coverage()
  private(set) var worlds = 0
  private var packets = 0
  private var allowed = 0
  private var tweaks = 0
  /// Packets that were looked at between a world and a small change of it.
  private var watched = 0
  /// Packets that both worlds deny and that came through in between.
  private(set) var leaks: [String] = []
  /// Packets that both worlds allow and that were lost in between.
  private(set) var losses: [String] = []
  private var comparisons = 0
  private let seed: UInt64
  private var pipeline = Pipeline()
  private let simulated: SimulatedNodes
  private let kernel: KernelNodes?
  private let watch = Stopwatch()

  init(seed: UInt64) async throws {
    self.seed = seed
    let configuration = Era.configuration(world: 0)
    simulated = try SimulatedNodes(configuration)
    kernel = RunOptions.asksKernel ? try await KernelNodes(configuration) : nil
    try simulated.apply(Control.allChanges)
    try await kernel?.apply([Control.allChanges])
  }

  var summary: String {
    """
    \(worlds) worlds and \(tweaks) small changes of them, \(packets) packets, \
    \(allowed) of them allowed; \(watched) in between, \(leaks.count) leaked and \(losses.count) lost; \
    \(comparisons) tables compared; \(watch.text)
    """
  }

  /// Judges one more world, and now and then a small change of it. False after a disagreement,
  /// which has been reported.
  mutating func judgeNext() async throws -> Bool {
    let testCase = PolicyCase(seed: seed &+ UInt64(worlds))
    var dice = SplitMix64(seed: testCase.seed)
    var world = testCase.world
    world.hostAddresses = HostProbes.addresses
    world.endpointToHost = Era.toHost(world: worlds)
    let configuration = Era.configuration(world: worlds)
    if worlds % Era.length == 0 {
      try simulated.configure(configuration)
      try await kernel?.configure(configuration)
    }
    worlds += 1
    watch.measure("coverage") { coverage.add(testCase) }
    let probes = testCase.probes + HostProbes.make(world, &dice)
    let first = Case(
      title: "policy case with seed \(testCase.seed)", world: world, configuration: configuration,
      probes: probes)
    guard try await judge(first, &dice) else { return false }
    if worlds % 3 == 0 {
      // One at a time: between two changes of the store there is a world that may be seen.
      for _ in 0..<Int.random(in: 1...2, using: &dice) {
        var tweaked = first
        tweaked.world = Tweaks.apply(to: world, &dice)
        tweaks += 1
        let between = try Between(simulated, probes.filter { simulated.isOfOneNode($0.flow) })
        guard try await judge(tweaked, &dice, between) else { return false }
        world = tweaked.world
      }
    }
    if !simulated.refusals.isEmpty {
      Issue.record("world \(worlds - 1): the simulator refused \(simulated.refusals)")
      return false
    }
    if worlds % 5 != 0 { return true }
    if let refused = kernel?.refusedTransactions, refused.contains(where: { $0.value != "0" }) {
      Issue.record("world \(worlds - 1): the kernel refused transactions: \(refused)")
      return false
    }
    return try watch.measure("comparison") { try compare(world, configuration) }
  }

  /// Judges a world that was written by hand, where it is known which packets are allowed. False
  /// after a mistake or a disagreement, which has been reported.
  mutating func judge(
    _ title: String, _ world: World, _ answers: [(flow: Flow, isAllowed: Bool)]
  ) async throws -> Bool {
    worlds += 1
    let oracle = Oracle(world)
    for (flow, isAllowed) in answers {
      let trace = oracle.decide(flow)
      if (trace.verdict == .allow) == isAllowed { continue }
      Issue.record("\(title): must be \(isAllowed ? "allowed" : "denied")\n\(trace.text)")
      return false
    }
    var dice = SplitMix64(seed: seed &+ UInt64(worlds))
    let item = Case(
      title: title, world: world, configuration: Era.configuration(world: 0),
      probes: answers.map { Probe($0.flow) })
    return try await judge(item, &dice)
  }

  private struct Case {
    /// To be printed where judges disagree.
    var title: String
    /// With what the judgement has added to that of the case.
    var world: World
    var configuration: DataplaneConfiguration
    var probes: [Probe]
  }

  private mutating func judge(
    _ item: Case, _ dice: inout SplitMix64, _ between: Between? = nil
  ) async throws -> Bool {
    let (world, probes) = (item.world, item.probes)
    let batches = try watch.measure("engine") { try pipeline.move(to: world, &dice) }
    let real = probes.filter { !$0.simulatedOnly }
    // The kernel has threads of its own.
    let kernel = kernel
    async let answer = kernel?.judge(world, batches, real.map(\.flow))
    try watch.measure("writer") { for changes in batches { try simulated.apply(changes) } }
    simulated.enter(world)
    let oracle = Oracle(world)
    let expected = watch.measure("oracle") {
      probes.map { oracle.decide($0.flow).verdict == .allow }
    }
    let got = try watch.measure("simulator") { try probes.map { try simulated.send($0.flow) } }
    if let between {
      let after = zip(probes, got).filter { simulated.isOfOneNode($0.0.flow) }.map(\.1.isAllowed)
      let (leaked, lost) = between.end(after: after)
      watched += after.count
      leaks += leaked.map { "world \(worlds - 1): \($0.flow)" }
      losses += lost.map { "world \(worlds - 1): \($0.flow)" }
    }
    packets += probes.count
    allowed += expected.count { $0 }
    var arrived: [Probe: Bool] = [:]
    if let answer = try await answer {
      watch.add("kernel", answer.programming)
      for (probe, isThere) in zip(real, answer.arrived) { arrived[probe] = isThere }
    }
    for (index, probe) in probes.enumerated() {
      let judges = [got[index].isAllowed, arrived[probe]]
      if judges.contains(where: { $0 != nil && $0 != expected[index] }) {
        Disagreement(
          title: item.title, world: world, configuration: item.configuration,
          flow: probe.flow, number: worlds - 1, simulator: got[index], kernel: arrived[probe]
        ).record()
        return false
      }
    }
    return true
  }

  /// Whether the tables that many small changes have left are those that the world makes from
  /// nothing, in the simulator and in the kernel.
  private mutating func compare(
    _ world: World, _ configuration: DataplaneConfiguration
  ) throws -> Bool {
    let fresh = try SimulatedNodes(world, configuration, likening: simulated).observe()
    var tables = [("simulator", try simulated.observe())]
    if let kernel { tables.append(("kernel", try kernel.observe())) }
    for (judge, table) in tables {
      for (node, expected) in fresh {
        comparisons += 1
        let differences = table[node]?.differences(from: expected) ?? ["there is no table"]
        if differences.isEmpty { continue }
        Issue.record(
          "world \(worlds - 1): the table of the \(judge) on \(node): \(differences)")
        return false
      }
    }
    return true
  }
}
