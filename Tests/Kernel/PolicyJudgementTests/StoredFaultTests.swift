// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import PolicyCases
import PolicyOracle
import Resources
import SyncModel
import Testing

@Suite("Objects that were stored past all validation")
struct StoredFaultTests {
  @Test("let nothing through that they would not if they were right", arguments: StoredFault.all)
  func neverAllowMore(_ fault: StoredFault) throws {
    for isOpen in [true, false] {
      let town = try Town(isOpen: isOpen, fault)
      let meant = try town.with(fault.meant, of: fault)
      let found = try town.allowed(try town.with(fault.stored, of: fault))
      let most = try town.allowed(meant)
      #expect(
        found.subtracting(most).map(\.description).sorted() == [], "\(fault), open: \(isOpen)")
    }
  }

  @Test("are named, with the field and what is allowed there", arguments: StoredFault.all)
  func reported(_ fault: StoredFault) throws {
    switch try fault.read(fault.stored) {
    case .success(let resource):
      var converter = SyncConverter()
      _ = converter.convert(.set(resource))
      let told =
        converter.problems.map { ($0.field, $0.reason) }
        + converter.asks.flatMap(\.asks).map { ($0.field, $0.absence) }
      #expect(told.contains { $0.0.hasPrefix(fault.field) && !$0.1.isEmpty }, "\(told)")
      if let meant = fault.meant, case .success(let good) = try fault.read(meant) {
        _ = converter.convert(.set(good))
        #expect(converter.problems == [], "of what is as it should be")
      }
    case .failure(let malformed):
      #expect(malformed.reason.contains(fault.field), "\(malformed.reason)")
    }
  }

  /// Without this a table of objects that change nothing would be right as well.
  @Test("would let more through if they were left out or believed")
  func tells() throws {
    var telling: Set<Kind> = []
    for fault in StoredFault.all where !telling.contains(fault.kind) {
      let town = try Town(isOpen: true, fault)
      let most = try town.allowed(try town.with(fault.meant, of: fault))
      let without = try town.allowed(try town.with(nil, of: fault))
      if !without.isSubset(of: most) { telling.insert(fault.kind) }
    }
    #expect(
      telling.isSuperset(of: [
        .globalNetworkPolicy, .networkPolicy, .tier, .networkSet, .globalNetworkSet, .hostEndpoint,
      ]))
  }
}

/// Three pods, two of them on one node, and a policy at the end that decides what nothing else has.
private struct Town {
  private let base: World
  private let places: World

  init(isOpen: Bool, _ fault: StoredFault) throws {
    var world = World()
    world.hostAddresses = HostProbes.addresses
    var profile = Profile(name: "kns.ns")
    profile.spec.ingress = [Rule(.allow)]
    profile.spec.egress = [Rule(.allow)]
    world.profiles = [profile]
    world.endpoints = [
      Self.pod("db", 1, "node1", "db"), Self.pod("web", 2, "node2", "web"),
      Self.pod("bad", 3, "node1", "bad"),
    ]
    // A profile decides only where no policy is.
    if fault.kind != .profile {
      var last = GlobalNetworkPolicy(name: "z")
      last.spec.order = 1000
      last.spec.types = [.ingress, .egress]
      if isOpen {
        last.spec.ingress = [Rule(.allow)]
        last.spec.egress = [Rule(.allow)]
      }
      world.globalPolicies = [last]
    }
    for (kind, name, yaml) in fault.others {
      Self.put(try StoredFault.read(kind, name, yaml).get(), into: &world)
    }
    places = world
    world.endpoints.removeAll { $0.key.name == fault.name }
    world.profiles.removeAll { $0.key.name == fault.name }
    base = world
  }

  /// The world with this object in it, as far as it can be read.
  func with(_ yaml: String?, of fault: StoredFault) throws -> World {
    var world = base
    if let yaml, case .success(let resource) = try fault.read(yaml) {
      Self.put(resource, into: &world)
    }
    return world
  }

  /// The packets that arrive, to and from the first pod.
  func allowed(_ world: World) throws -> Set<Flow> {
    let nodes = try SimulatedNodes(world, Era.configuration(world: 0))
    // Interfaces are there, whatever the datastore says.
    nodes.enter(places)
    return try Self.flows.filter { try nodes.send($0).isAllowed }
  }

  private static let flows: Set<Flow> = {
    let addresses = ["10.65.0.2", "10.65.0.3", "10.65.0.4", "192.0.2.7", "198.51.100.9"]
    let known = addresses.compactMap { IPAddress($0) }
    var flows: Set<Flow> = []
    for (index, other) in known.enumerated() where index > 0 {
      for (from, to) in [(known[0], other), (other, known[0])] {
        for port: UInt16 in [80, 443] {
          flows.insert(Flow(.tcp, from: from, port: 40000, to: to, port: port))
        }
        flows.insert(Flow(.udp, from: from, port: 40000, to: to, port: 80))
        flows.insert(Flow(.icmp, from: from, to: to, icmpType: 8, icmpCode: 0))
      }
    }
    return flows
  }()

  private static func pod(
    _ name: String, _ number: Int, _ node: String, _ app: String
  ) -> WorkloadEndpoint {
    var pod = WorkloadEndpoint(name: "\(node)-k8s-\(name)-eth0", namespace: "ns")
    pod.metadata.labels = ["app": app]
    pod.spec.orchestrator = "k8s"
    pod.spec.node = node
    pod.spec.pod = name
    pod.spec.endpoint = "eth0"
    pod.spec.interfaceName = "califault\(number)"
    pod.spec.ipNetworks = ["10.65.0.\(number + 1)/32"]
    pod.spec.profiles = ["kns.ns"]
    return pod
  }

  private static func put(_ resource: any Resource, into world: inout World) {
    switch resource {
    case let it as WorkloadEndpoint: world.endpoints.append(it)
    case let it as HostEndpoint: world.hostEndpoints.append(it)
    case let it as NetworkSet: world.networkSets.append(it)
    case let it as GlobalNetworkSet: world.globalNetworkSets.append(it)
    case let it as NetworkPolicy: world.policies.append(it)
    case let it as GlobalNetworkPolicy: world.globalPolicies.append(it)
    case let it as Tier: world.tiers.append(it)
    case let it as Profile: world.profiles.append(it)
    default: break
    }
  }
}
