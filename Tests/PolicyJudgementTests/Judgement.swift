// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyCases
import PolicyOracle
import Testing

/// Goes from one random world to the next, asks all judges about every packet, and compares.
struct Judgement {
  private(set) var coverage = Coverage()
  private(set) var worlds = 0
  private var packets = 0
  private var comparisons = 0
  private let seed: UInt64
  private var pipeline = Pipeline()
  private let simulated: SimulatedNodes
  private let kernel: KernelNodes?
  private let watch = Stopwatch()

  init(seed: UInt64) async throws {
    self.seed = seed
    simulated = try SimulatedNodes()
    kernel = RunOptions.asksKernel ? try await KernelNodes() : nil
    try simulated.apply(Control.allChanges)
    try await kernel?.apply([Control.allChanges])
  }

  var summary: String {
    "\(worlds) worlds, \(packets) packets (\(packets - coverage.allowed) denied), "
      + "\(comparisons) tables compared; \(watch.text)"
  }

  /// Judges one more world. False after a disagreement, which has been reported.
  mutating func judgeNext() async throws -> Bool {
    let testCase = PolicyCase(seed: seed &+ UInt64(worlds))
    var dice = Dice(seed: testCase.seed)
    worlds += 1
    let batches = try watch.measure("engine") { try pipeline.move(to: testCase.world, &dice) }
    let real = testCase.probes.filter { !$0.simulatedOnly }
    // The kernel has threads of its own.
    let (kernel, world) = (kernel, testCase.world)
    async let answer = kernel?.judge(world, batches, real.map(\.flow))
    try watch.measure("writer") { for changes in batches { try simulated.apply(changes) } }
    simulated.enter(testCase.world)
    watch.measure("coverage") { coverage.add(testCase) }
    let oracle = Oracle(testCase.world)
    let expected = watch.measure("oracle") {
      testCase.probes.map { oracle.decide($0.flow).verdict == .allow }
    }
    let got = try watch.measure("simulator") {
      try testCase.probes.map { try simulated.send($0.flow) }
    }
    packets += testCase.probes.count
    var arrived: [Probe: Bool] = [:]
    if let answer = try await answer {
      watch.add("kernel", answer.programming)
      for (probe, isThere) in zip(real, answer.arrived) { arrived[probe] = isThere }
    }
    for (index, probe) in testCase.probes.enumerated() {
      let judges = [("simulator", got[index].isAllowed), ("kernel", arrived[probe])]
      if judges.contains(where: { $0.1 != nil && $0.1 != expected[index] }) {
        Disagreement(
          testCase: testCase, flow: probe.flow, world: worlds - 1, simulator: got[index],
          kernel: arrived[probe]
        ).record()
        return false
      }
    }
    if !simulated.refusals.isEmpty {
      Issue.record("seed \(testCase.seed), refused: \(simulated.refusals)")
      return false
    }
    return worlds % 10 == 0 ? try watch.measure("comparison") { try compare(testCase) } : true
  }

  /// Whether the tables that many small changes have left are those that the world makes from
  /// nothing, in the simulator and in the kernel.
  private mutating func compare(_ testCase: PolicyCase) throws -> Bool {
    let fresh = try SimulatedNodes(testCase.world, likening: simulated).observe()
    var tables = [("simulator", try simulated.observe())]
    if let kernel { tables.append(("kernel", try kernel.observe())) }
    for (judge, table) in tables {
      for (node, expected) in fresh {
        comparisons += 1
        let differences = table[node]?.differences(from: expected) ?? ["there is no table"]
        if differences.isEmpty { continue }
        Issue.record(
          "seed \(testCase.seed), world \(worlds - 1): \(judge), \(node): \(differences)")
        return false
      }
    }
    return true
  }
}
