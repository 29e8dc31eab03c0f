// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import DesiredState
import Glibc
import NetworkEngine
import Resources
import Routing
import SyncModel
import TestSupport
import Testing

@testable import NodeAgent

@Suite("Routing over whatever the datastore holds")
struct RoutingFuzzTests {
  /// `CALICO_TEST_CONFIGURATIONS`, or enough to meet every odd value a few times.
  static let count =
    getenv("CALICO_TEST_CONFIGURATIONS").flatMap { Int(String(cString: $0)) } ?? 150

  @Test("gives BIRD what it accepts, with sessions to all nodes that are as they should be")
  func accepted() throws {
    var objects = RoutingObjects(random: SplitMix64(for: "configurations for BIRD"))
    let folder = TemporaryFolder()
    let file = folder.file("bird.cfg")
    var seen = (peers: 0, blocks: 0, pools: 0, problems: 0, found: 0)
    for round in 0..<Self.count {
      let settings = Self.settings(&objects.random)
      var view = RoutingView(
        routerID: settings.routerID, logFile: settings.runDirectory + "/bird.log")
      view.state.workloadInterfacePrefixes = objects.random.some(
        ["cali", "tap", "", "a\"b", "a\nb", "a\\", "ü", "*", "?", "[", "x y", "'", "{"], atMost: 4)
      for _ in 0..<objects.random.below(60) {
        if let change = objects.change() { view.take(change) }
      }
      for change in RoutingObjects.sound { view.take(change) }
      guard case .run(let configuration) = view.settle() else {
        Issue.record("round \(round): no configuration for a node that has an address")
        continue
      }
      try folder.write(configuration.render(), to: "bird.cfg")
      let (status, output) = try runProgram(["bird", "-p", "-c", file])
      #expect(status == 0, "round \(round): \(output)\n\(configuration.render())")
      if view.meshIsOn {
        let peers = configuration.peers.map(\.address.description)
        // Another's claim on an address of theirs leaves the first by name.
        #expect(peers.filter { $0 == "10.0.0.2" || $0 == "10.0.0.3" }.count == 2, "\(peers)")
      }
      seen.peers += configuration.peers.count
      seen.blocks += configuration.blocks.count
      seen.pools += configuration.pools.count
      seen.problems += view.converter.problems.count
      seen.found += view.state.problems.count
    }
    print("configurations for BIRD: \(Self.count) with \(seen)")
    #expect(
      Self.count < 20 || [seen.peers, seen.blocks, seen.pools, seen.found].allSatisfy { $0 > 0 })
  }

  /// What the environment may say, where it is accepted.
  private static func settings(_ random: inout SplitMix64) -> NodeConfiguration {
    let identifiers = ["", "hash", "192.0.2.1", "0.0.0.0", "224.0.0.1", "fd00::1", "x\"", "1"]
    let folders = [
      "/run/calico", "/run/a b", "/run/ü", "/run/a\\", "/", "/run/a\"b", "rel", "/a\nb",
    ]
    while true {
      let environment = [
        "NODENAME": "n1", "CALICO_ROUTER_ID": random.pick(identifiers),
        "CALICO_RUN_DIR": random.pick(folders),
      ]
      if let accepted = try? NodeConfiguration(environment: environment, hostName: "n1") {
        return accepted
      }
    }
  }

  @Test("depends on what there is, not on how it came to be")
  func order() {
    var objects = RoutingObjects(random: SplitMix64(for: "orders of routing"))
    for round in 0..<200 {
      var view = RoutingView()
      var there: [ResourceKey: ResourceChange] = [:]
      var plan = view.settle()
      for change in RoutingObjects.sound + (0..<80).compactMap({ _ in objects.change() }) {
        there[change.key] = if case .set = change { change } else { nil }
        view.take(change)
        // Only what is new is told.
        if let new = view.state.plan() { plan = new }
      }
      var fresh = RoutingView()
      for change in there.values.shuffled(using: &objects.random) { fresh.take(change) }
      let expected = fresh.settle()
      #expect(plan == expected, "round \(round)")
      #expect(view.state.problems == fresh.state.problems, "round \(round)")
      #expect(view.converter.problems == fresh.converter.problems, "round \(round)")
      if plan != expected { return }
    }
  }

  @Test("keeps the routes of running pods, and their NAT, whatever pools say about new ones")
  func newAddressesOnly() throws {
    var objects = RoutingObjects(random: SplitMix64(for: "settings for new pods"))
    var edits = 0
    for round in 0..<100 {
      var view = RoutingView()
      var pools: [IPPool] = []
      for change in (0..<60).compactMap({ _ in objects.change() }) + RoutingObjects.sound {
        view.take(change)
      }
      for network in ["10.1.0.0/16", "fd00:1::/64"] {
        var pool = IPPool(name: "a-\(network.prefix(2))", spec: IPPoolSpec(cidr: network))
        pool.spec.natOutgoing = objects.random.chance(50)
        pool.spec.disableBGPExport = objects.random.chance(30)
        pools.append(pool)
        view.take(.set(pool))
      }
      let before = view.routesOfPods
      for _ in 0..<10 {
        let index = objects.random.below(pools.count)
        switch objects.random.below(6) {
        case 0: pools[index].spec.disabled.toggle()
        case 1: pools[index].spec.nodeSelector = objects.random.pick(["!all()", "rack == 'x'"])
        case 2: pools[index].spec.namespaceSelector = objects.random.pick(["", "team == 'y'"])
        case 3: pools[index].spec.allowedUses = objects.random.pick([[.tunnel], [.workload], []])
        case 4: pools[index].spec.assignmentMode = objects.random.pick([.manual, .automatic])
        default: pools[index].spec.blockSize = objects.random.pick([nil, 20, 28, 32, 120])
        }
        view.pools = []
        view.take(.set(pools[index]))
        edits += 1
        #expect(view.routesOfPods == before, "round \(round): \(pools[index].spec)")
        #expect(view.pools.map(\.masquerades) == [pools[index].spec.natOutgoing])
      }
    }
    #expect(edits == 1000)
  }
}

extension RoutingView {
  /// BIRD's configuration without what a pool announces besides pods.
  fileprivate var routesOfPods: BGPDaemonConfiguration? {
    var view = self
    guard case .run(var configuration) = view.settle() else { return nil }
    for index in configuration.pools.indices
    where configuration.pools[index].announced == .everything {
      configuration.pools[index].announced = .workloads
    }
    return configuration
  }
}

extension SyncUpdate {
  fileprivate var masquerades: Bool? {
    if case .pool(_, let pool?) = self { pool.natOutgoing } else { nil }
  }
}
