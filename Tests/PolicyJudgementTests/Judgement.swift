// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import PolicyCases
import PolicyOracle
import Testing

/// Goes from one random world to the next, asks all judges about every packet, and compares.
struct Judgement {
  private(set) var coverage = Coverage()
  private(set) var worlds = 0
  private(set) var probes = 0
  private let seed: UInt64
  private var pipeline = Pipeline()
  private let simulated: SimulatedNodes
  private let kernel: KernelNodes?
  private let watch = Stopwatch()

  init(seed: UInt64) async throws {
    self.seed = seed
    simulated = try SimulatedNodes()
    kernel = RunOptions.asksKernel ? try await KernelNodes() : nil
    let controls = Dictionary(
      uniqueKeysWithValues: PolicyCase.nodes.map { ($0, Control.changes($0)) })
    try simulated.apply(controls)
    try await kernel?.apply(controls)
  }

  var summary: String { "\(worlds) worlds, \(probes) packets; \(watch.text)" }

  /// Judges one more world. False after a disagreement, which has been reported.
  mutating func judgeNext() async throws -> Bool {
    let testCase = PolicyCase(seed: seed &+ UInt64(worlds))
    var dice = Dice(seed: testCase.seed)
    worlds += 1
    let batches = try watch.measure("engine") { try pipeline.move(to: testCase.world, &dice) }
    try watch.measure("writer") { for changes in batches { try simulated.apply(changes) } }
    simulated.enter(testCase.world)
    let arrived = try await ask(kernel, testCase, batches)
    watch.measure("coverage") { coverage.add(testCase) }
    let oracle = Oracle(testCase.world)
    for probe in testCase.probes {
      probes += 1
      let expected = watch.measure("oracle") { oracle.decide(probe.flow) }
      let got = try watch.measure("simulator") { try simulated.send(probe.flow) }
      var judges = [("simulator", got.isAllowed, got.trace)]
      if let arrived = arrived[probe] { judges.append(("kernel", arrived, "")) }
      if judges.contains(where: { $0.1 != (expected.verdict == .allow) }) {
        report(testCase, probe, judges)
        return false
      }
    }
    #expect(simulated.refusals == [])
    return simulated.refusals.isEmpty
  }

  /// Programs the kernel for a world; which packets arrive there, of those that it can be given.
  private func ask(
    _ kernel: KernelNodes?, _ testCase: PolicyCase, _ batches: [Pipeline.Changes]
  ) async throws -> [Probe: Bool] {
    guard let kernel else { return [:] }
    try await watch.measure("wiring") { try await kernel.wire(testCase.world) }
    try await watch.measure("kernel") {
      for changes in batches { try await kernel.apply(changes) }
    }
    let pending = await kernel.pending()
    #expect(pending == [])
    let probes = testCase.probes.filter { !$0.simulatedOnly }
    let arrived = try await watch.measure("packets") {
      try await kernel.send(probes.map(\.flow))
    }
    return Dictionary(zip(probes, arrived)) { first, _ in first }
  }

  mutating func finish() async throws {}

  /// Prints the smallest world in which the judges still disagree.
  private func report(
    _ testCase: PolicyCase, _ probe: Probe, _ judges: [(name: String, allows: Bool, trace: String)]
  ) {
    let flow = probe.flow
    let isFresh = Self.disagrees(testCase.world, flow)
    let smallest =
      isFresh
      ? Shrinker.minimise(testCase.world) { Self.disagrees($0, flow) } : testCase.world
    var text = testCase.report(flow, in: smallest)
    for judge in judges {
      text += "\n\(judge.name): \(judge.allows ? "allowed" : "denied")\n\(judge.trace)\n"
    }
    if isFresh, let again = try? Self.simulate(smallest, flow) {
      text += "\nsimulator in the smallest world: \(again.trace)\n"
    } else {
      text += "\nnot so when this world is the first: the change from the one before matters\n"
    }
    Issue.record("judges disagree about \(flow), world \(worlds - 1)\n\(text)")
  }

  private static func simulate(
    _ world: World, _ flow: Flow
  ) throws -> (isAllowed: Bool, trace: String) {
    var pipeline = Pipeline()
    var dice = Dice(seed: 0)
    let nodes = try SimulatedNodes()
    for changes in try pipeline.move(to: world, &dice) { try nodes.apply(changes) }
    nodes.enter(world)
    return try nodes.send(flow)
  }

  /// Whether oracle and simulator disagree about a packet, from nothing.
  private static func disagrees(_ world: World, _ flow: Flow) -> Bool {
    guard let got = try? simulate(world, flow) else { return false }
    return (Oracle(world).decide(flow).verdict == .allow) != got.isAllowed
  }
}
