// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import HostSystem
import LocalDatastore
import Netlink
import Resources
import Settings
import TestSupport

/// One node and what happens on it: pods that come and go, objects that people and other programs
/// write, an agent that hears of all this in any order and may be started again at any time.
///
/// What must be true is kept here by hand, from what was asked for and what was answered.
final class World {
  /// What a world is on.
  struct Base {
    let ground: Ground
    let store: LocalDatastore
    let runtime: Runtime
    let node = "node-1"
  }

  /// A pod's interface whose last ADD has succeeded and that has not been deleted.
  struct Attached {
    var container: String
    /// The number of its namespace.
    var sandbox: Int
    /// Those that policy is to see.
    var labels: [String: String]
    var addresses: [IPAddress]
    /// Its name on the node, and the pod's address on the link.
    var link: String
    var mac: String

    var address: IPAddress? { addresses.first { $0.family == .v4 } }
  }

  /// An object that somebody else has written, which no check but decoding has seen.
  struct Intruder {
    var key: ResourceKey
    /// The word by which what is said of it must name it.
    var token: String
    var endpoint: WorkloadEndpointSpec?
    /// What makes it unusable; nil where it may be put into force, or need not be reported.
    var fault: String?
  }

  let base: Base
  var dice: SplitMix64
  var agent: Agent
  /// What the agent was started with as its own setting of prefixes.
  var prefixes: String?
  var attached: [PodInterface: Attached] = [:]
  /// Containers that were attached once and are not any more.
  var former: [(pod: PodInterface, container: String, sandbox: Int)] = []
  var intruders: [Intruder] = []
  var policies: Set<String> = []
  /// Whether somebody has changed what the agent has made.
  var isDamaged = false
  /// Whether some endpoint may have the link of a pod by a copy of its MAC address, and with it any
  /// address that it claims. The pod whose address that is cannot be attached until it ends.
  var mayBeRobbed = false
  /// Whether addresses can be had: nothing is wrong with the pools and blocks.
  var isPoolPlain = true
  var containers = 0
  /// IDs that were made of others.
  var usedContainers: Set<String> = []
  var tokens = 0
  /// What has been done, for people.
  private(set) var history: [String] = []
  private(set) var problems: [String] = []
  var counts: [String: Int] = [:]
  /// What is somebody else's, as it was.
  var foreign: [String]

  init(_ base: Base, seed: UInt64) async throws {
    self.base = base
    dice = SplitMix64(seed: seed)
    foreign = try base.ground.foreign()
    agent = try await Agent(base, prefixes: nil)
    try await createBasics()
  }

  private func createBasics() async throws {
    var node = Node(name: base.node)
    node.spec.bgp = NodeBGPSpec()
    node.spec.bgp?.ipv4Address = "\(Ground.nodeAddress)/24"
    _ = try await base.store.create(node)
    for other in 2...3 {
      var node = Node(name: "node-\(other)")
      node.spec.bgp = NodeBGPSpec()
      node.spec.bgp?.ipv4Address = "192.0.2.\(other)/24"
      _ = try await base.store.create(node)
    }
    _ = try await base.store.create(basePool)
    if dice.chance(25), Ground.hasIPv6 {
      var pool = IPPool(name: "six")
      pool.spec.cidr = "fd65::/112"
      pool.spec.blockSize = 122
      _ = try await base.store.create(pool)
    }
    for policy in MenuPolicy.all where dice.chance(50) { try await toggle(policy) }
    try await agent.settle(base.store, &dice)
  }

  var basePool: IPPool {
    var pool = IPPool(name: "base")
    pool.spec.cidr = "10.65.0.0/24"
    pool.spec.natOutgoing = true
    return pool
  }

  /// Writes down what is about to be done.
  func note(_ text: String) { history.append(text) }

  func wrong(_ text: String) {
    problems.append("after step \(history.count): \(text)")
  }

  /// Whether an ADD that is right must work.
  var canAttach: Bool { isPoolPlain && !mayBeRobbed }

  func count(_ what: String) { counts[what, default: 0] += 1 }

  /// Lets things happen until something is wrong, or enough has happened.
  func run() async throws {
    let steps = 8 + dice.below(14)
    for step in 0..<steps {
      try await act()
      try judgeForeign()
      if step == steps - 1 || dice.chance(25) {
        try await judge(isLast: step == steps - 1)
      }
      if !problems.isEmpty { return }
    }
  }

  /// One of all that may happen.
  private func act() async throws {
    switch dice.below(100) {
    case 0..<20: try await attachNew()
    case 20..<24: try await attachAgain()
    case 24..<30: try await attachNewContainer()
    case 30..<38: try await attachInVain()
    case 38..<44: try await detach()
    case 44..<51: try await detachStranger()
    case 51..<63: try await putIntruder()
    case 63..<68: try await removeIntruder()
    case 68..<72: try await togglePolicy()
    case 72..<75: try await editPool()
    case 75..<77: try await editOwnNode()
    case 77..<79: try await editLabels()
    case 79..<80: try await addLateLink()
    case 80..<82: try damage()
    case 82..<90:
      let percent = 30 + dice.below(60)
      note("the agent hears of \(percent) of 100 changes")
      try await agent.deliver(percent, of: base.store, &dice)
    case 90..<94:
      note("the agent hears of some links")
      try await agent.tellLinks(60, &dice)
    case 94..<97:
      note("the agent refreshes")
      await agent.refresh()
    default: try await restart(dice.pick([nil, nil, nil] + Self.prefixes))
    }
  }

  /// Prefixes of interfaces that somebody may have set in vain.
  private static let prefixes: [String?] = ["cali,tap", "cali,e", "cali,", "cali,eth", "cali,\""]

  /// Another agent takes over what is in the kernel, and reads everything anew in another order.
  func restart(_ prefixes: String?) async throws {
    note("the agent is started again\(prefixes.map { ", FELIX_INTERFACEPREFIX=\($0)" } ?? "")")
    agent.stop()
    do {
      agent = try await Agent(base, prefixes: prefixes)
      self.prefixes = prefixes
    } catch let error as ConfigurationError {
      note("  it does not start: \(error)")
      agent = try await Agent(base, prefixes: nil)
      self.prefixes = nil
    }
  }

  private func addLateLink() async throws {
    guard try base.ground.sockets.link(named: Ground.lateLink) == nil else { return }
    note("somebody makes \(Ground.lateLink)")
    try base.ground.addLateLink()
    foreign = try base.ground.foreign()
  }

  /// Somebody takes away what the agent has made. It need not see that before it looks.
  private func damage() throws {
    isDamaged = true
    if dice.chance(30) {
      note("somebody deletes the table")
      return try base.ground.deleteTables()
    }
    let links = Set(attached.values.map(\.link))
    let routes = try base.ground.podRoutes().filter { links.contains($0.link) }
      .sorted { $0.route.destination < $1.route.destination }
    guard !routes.isEmpty else { return }
    let item = dice.pick(routes)
    note("somebody deletes the route to \(item.route.destination)")
    try base.ground.sockets.delete(item.route)
  }

  private func togglePolicy() async throws {
    try await toggle(dice.pick(MenuPolicy.all))
  }

  private func toggle(_ policy: MenuPolicy) async throws {
    note("policy \(policy.name.prefix(16)) \(policies.contains(policy.name) ? "goes" : "comes")")
    if policies.remove(policy.name) != nil {
      _ = try await base.store.delete(policy.resource.key, revision: nil)
    } else {
      policies.insert(policy.name)
      _ = try await base.store.create(policy.resource)
    }
  }
}
