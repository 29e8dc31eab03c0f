// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Attachment
import HostSystem
import Synchronization
import TestSupport
import Testing

@Suite("Two hundred pods that come and go at once", .needsRoot)
struct StormTests {
  private static let podCount = 200
  private static let processCount = 20

  @Test("while plugins are killed never share an address, and leave nothing behind")
  func storm() async throws {
    let seed = SplitMix64.seed(for: "the storm")
    let host = try await Host(pools: ["10.65.0.0/23"])
    let routes = try host.node.run("ip", "route", "show", "table", "all")
    let pods = try host.pods((0..<Self.podCount).map { "s\($0)" })
    let storm = Storm(host, pods, seed: seed)

    await Crew.run(Self.processCount, count: pods.count) { storm.attach($0) }
    var known = storm.pods.withLock { $0 }
    let live = known.count { $0.live != nil }
    #expect(live > Self.podCount / 2)
    expectNone(try census(host, known).problems(known), storm)
    expectKills(storm, "ADD", Step.ofAdd + [.replaceLink, .releaseFormer])

    let fates = storm.fatesOfDeletions(known)
    await Crew.run(Self.processCount, count: pods.count) { storm.detach($0, fates[$0]) }
    known = storm.pods.withLock { $0 }
    #expect(known.allSatisfy { $0.containers.isEmpty })
    let end = try census(host, known)
    expectNone(
      end.problems(known) + end.store.leftovers + end.kernel.leftovers, storm)
    #expect(!end.store.blocks.isEmpty)
    for block in end.store.blocks.values { #expect(block.free.sorted() == Array(0..<64)) }
    #expect(try host.node.run("ip", "route", "show", "table", "all") == routes)
    expectKills(storm, "DEL", Step.ofDelete)
    print(
      "\(live) of \(pods.count) pods were up at half time, \(storm.tally.withLock { $0.calls })")
  }

  private func census(_ host: Host, _ pods: [Census.Pod]) throws -> Census {
    Census(
      store: try StoreCensus(path: host.storePath),
      kernel: try KernelCensus(node: host.node.name, pods: Census.namespaces(pods)),
      network: "net1")
  }

  private func expectNone(_ problems: [String], _ storm: Storm) {
    let (during, log) = storm.tally.withLock { ($0.problems, $0.log) }
    let all = (during + problems).joined(separator: "\n")
    #expect(all.isEmpty, "\(all)\nwhat was killed:\n\(log.joined(separator: "\n"))")
  }

  /// Prints how often each step was killed, and expects that to be no accident.
  private func expectKills(_ storm: Storm, _ verb: String, _ steps: [Step]) {
    let tally = storm.tally.withLock { $0 }
    let all = ["the first step"] + steps.map(\.rawValue)
    for step in all {
      let hook = tally.byHook["\(verb) \(step)", default: 0]
      let outside = tally.fromOutside["\(verb) \(step)", default: 0]
      print("\(verb): \(hook) killed right before \(step), \(outside) from outside after that")
    }
    for step in steps {
      #expect(tally.byHook["\(verb) \(step.rawValue)", default: 0] >= 3, "\(verb) \(step)")
    }
  }
}
