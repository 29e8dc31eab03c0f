// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import FanOut
import Glibc
import HostSystem
import LocalDatastore
import Resources
import StoreAccess
import StoreRig
import StoreSync
import SyncModel
import TestSupport
import Testing
import TyphaLink

@testable import Typha

@Suite(
  "A world with two Typhas", .serialized, .timeLimit(.minutes(askedOperations == nil ? 5 : 120)))
struct WorldTests {
  /// An agent, with a way of its own to each Typha, on which harm is done.
  private struct Agent {
    var follower: Follower
    var ways: [TCPProxy]
  }

  private let folder = TemporaryFolder()

  @Test(
    "whatever breaks, in the end every agent knows what the store holds, and none lost what stayed")
  func world() async throws {
    let seed = SplitMix64.seed(for: "a world with two Typhas")
    var random = SplitMix64(seed: seed)
    let base = try await LocalDatastore.open(
      path: folder.file("store.db"), durability: .processCrash)
    let store = SwitchedStore(base)
    var model = StoreModel(base)
    let permanent = try await model.begin()
    let typhas = [try await StoreTypha(store), try await StoreTypha(store)]
    var agents: [Agent] = []
    for index in 0..<3 {
      let ways = try typhas.map { try TCPProxy(to: $0.port) }
      let ports = ways.map(\.port)
      let follower = Follower(
        node: "n\(index)", { $0.readTimeout = .milliseconds(700) },
        inspect: { view in
          #expect(
            view.deleted.isDisjoint(with: permanent), "what stayed was taken back, seed \(seed)")
        },
        find: { ports.map { ServiceAddress(host: "127.0.0.1", port: $0) } })
      agents.append(Agent(follower: follower, ways: ways))
    }
    var isAway = false
    for step in 0..<(askedOperations ?? 1500) {
      try await model.operate(&random)
      let way = random.pick(random.pick(agents).ways)
      switch random.below(100) {
      case 0...3: way.cut()
      case 4...9: way.cut(afterBytes: random.below(4000))
      case 10...11: way.stall(true)
      case 12...13: way.slow(.milliseconds(random.below(5)))
      case 14...15: way.shut(true)
      case 16...22:
        way.stall(false)
        way.shut(false)
      case 23 where step % 3 == 0:
        let typha = random.pick(typhas)
        if typha.rig == nil { try await typha.start() } else { await typha.stop() }
      case 24:
        isAway.toggle()
        store.setAway(isAway)
      case 25...26:
        if let rig = random.pick(typhas).rig {
          _ = await rig.listener.dropOne(Farewell(.rebalancing, "elsewhere"))
        }
      case 27: try await base.setLocked(step % 2 == 0)
      default: break
      }
      if random.chance(30) { try await Task.sleep(for: .milliseconds(random.below(8))) }
    }
    // Everything comes right again.
    try await base.setLocked(false)
    store.setAway(false)
    for typha in typhas where typha.rig == nil { try await typha.start() }
    for way in agents.flatMap(\.ways) {
      way.slow(.zero)
      way.stall(false)
      way.shut(false)
    }
    let truth = try await model.truth()
    for agent in agents {
      await eventually("it knows what the store holds, seed \(seed)") {
        let view = agent.follower.view
        return view.known == truth && view.status == .inSync
      }
      let known = agent.follower.view.known
      #expect(known == truth, "\(known.differences(to: truth)), seed \(seed)")
    }
    let left = agents.flatMap { $0.follower.view.left }
    #expect(Set(left).count > 2 && left.count > 20, "harm was done: \(Set(left)), seed \(seed)")
    #expect(agents.map { $0.follower.view.synced }.reduce(0, +) > 5, "seed \(seed)")
    for agent in agents {
      await agent.follower.stop()
      for way in agent.ways { way.close() }
    }
    for typha in typhas { await typha.stop() }
    await base.close()
  }
}

/// What is in a store, and random changes of it.
private struct StoreModel {
  private static let kinds: [Kind] = [.globalNetworkSet, .globalNetworkPolicy, .profile, .node]
  private let store: any Datastore
  private var revisions: [ResourceKey: String] = [:]
  private var serial = 0

  init(_ store: any Datastore) { self.store = store }

  private mutating func make(_ kind: Kind, _ name: String, _ number: Int) -> any Resource {
    serial += 1
    switch kind {
    case .globalNetworkPolicy:
      var policy = GlobalNetworkPolicy(name: name)
      policy.spec.order = Double(number)
      policy.spec.selector = "app == 'a\(number % 7)'"
      return policy
    case .profile:
      var profile = Profile(name: name)
      profile.spec.labelsToApply = ["number": "\(number)", "serial": "\(serial)"]
      return profile
    case .node:
      var node = Node(name: name)
      node.metadata.labels = ["number": "\(number)"]
      return node
    default:
      var set = GlobalNetworkSet(name: name)
      set.spec.nets = ["10.\(number % 250).0.0/16", "192.0.2.\(number % 250)/32"]
      return set
    }
  }

  /// Puts in what will stay; what it is to agents.
  mutating func begin() async throws -> Set<SyncKey> {
    for index in 0..<12 {
      let resource = make(Self.kinds[index % Self.kinds.count], "stays-\(index)", index)
      revisions[resource.key] =
        try await store.create(resource).metadata.resourceVersion
    }
    return Set(try await truth().updates.keys)
  }

  mutating func operate(_ random: inout SplitMix64) async throws {
    let kind = random.pick(Self.kinds)
    let stays = random.chance(20)
    let index = random.below(12)
    let place = Self.kinds.firstIndex(of: kind) ?? 0
    let name = stays ? "stays-\(index / 4 * 4 + place)" : "comes-\(random.below(15))"
    var resource = make(kind, name, random.below(1000))
    let key = resource.key
    if let revision = revisions[key] {
      if !stays, random.chance(40) {
        _ = try await store.delete(key, revision: revision)
        revisions[key] = nil
        return
      }
      resource.metadata.resourceVersion = revision
      revisions[key] = try await store.update(resource).metadata.resourceVersion
    } else {
      revisions[key] = try await store.create(resource).metadata.resourceVersion
    }
  }

  /// What follows from all that is in the store.
  func truth() async throws -> Known {
    var converter = SyncConverter()
    var known = Known()
    for kind in DatastoreSource.kinds {
      let items = try await store.list(ListQuery(kind)).items
      known.apply(
        converter.convert(items.map { .set($0) }, status: .inSync, isStatusNew: false).updates)
    }
    return known
  }
}
