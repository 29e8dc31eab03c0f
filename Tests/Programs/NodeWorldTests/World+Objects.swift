// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import LocalDatastore
import Resources
import TestSupport
import ValueTree

/// What people and other programs write into the store, past every check but decoding.
extension World {
  private func newToken() -> String {
    tokens += 1
    return "bad\(tokens)e"
  }

  func putIntruder() async throws {
    switch dice.below(100) {
    case 0..<45: try await put(endpointIntruder())
    case 45..<60: try await put(nodeIntruder())
    case 60..<70: try await put(poolIntruder())
    case 70..<78: try await put(blockIntruder())
    case 78..<87: try await put(felixIntruder())
    case 87..<95: try await put(bgpIntruder())
    default: try await put(policyIntruder())
    }
  }

  func removeIntruder() async throws {
    guard !intruders.isEmpty else { return }
    let intruder = intruders.remove(at: dice.below(intruders.count))
    note("\(short(intruder.key)) goes")
    do throws(DatastoreError) {
      _ = try await base.store.delete(intruder.key, revision: nil)
    } catch .doesNotExist {}
  }

  private func short(_ key: ResourceKey) -> String {
    let name = key.name.utf8.count > 60 ? "\(key.name.prefix(20))…" : key.name
    return "\(key.kind.rawValue) \(name)"
  }

  private func put(_ made: (any Resource, Intruder)) async throws {
    var (resource, intruder) = made
    note("somebody writes \(JSON.encode(resource.encode()).prefix(600))")
    do throws(DatastoreError) {
      if let old = try? await base.store.get(resource.key) {
        resource.resourceVersion = old.resourceVersion
        _ = try await base.store.update(resource)
        intruders.removeAll { $0.key == intruder.key }
      } else {
        _ = try await base.store.create(resource)
      }
    } catch {
      // What cannot be decoded cannot be stored.
      return note("  it is refused: \(error)")
    }
    count("intruder \(intruder.key.kind.rawValue)")
    intruder.key = resource.key
    intruders.append(intruder)
    if [.ipPool, .ipamBlock, .felixConfiguration].contains(intruder.key.kind) {
      isPoolPlain = false
    }
  }

  // MARK: - Endpoints

  private static let strangeNames = [
    "", "a/b", "x y", "..", "this-name-is-too-long", "cali\"x", "cali", "eth0.1", "cali\n1",
    "eth0:1",
  ]

  private func endpointIntruder() -> (any Resource, Intruder) {
    let token = newToken()
    var endpoint = WorkloadEndpoint(
      name: dice.pick([
        token, "0\(token)", "zz\(token)", "node-1-k8s-\(token)-eth0",
        token + String(repeating: "x", count: 240),
      ]), namespace: dice.pick(["strange", "aaa", "zzz"]))
    endpoint.spec.node = dice.chance(85) ? base.node : "node-2"
    endpoint.spec.orchestrator = "k8s"
    endpoint.spec.pod = token
    endpoint.spec.endpoint = "eth0"
    endpoint.spec.containerID = token
    let running = attached.values.map(\.link).sorted()
    switch dice.below(10) {
    case 0..<4:
      endpoint.spec.interfaceName = dice.pick(Ground.foreignLinks + [Ground.lateLink])
    case 4..<7 where !running.isEmpty: endpoint.spec.interfaceName = dice.pick(running)
    case 7:
      // Of a pod that may come later.
      let name = dice.pick(["web.db-0", "shop.till", "a.b.c", "web.m"])
      endpoint.spec.interfaceName = "cali\(SHA1.hex(name).prefix(11))"
    case 8: endpoint.spec.interfaceName = "cali00000000bad"
    default: endpoint.spec.interfaceName = dice.pick(Self.strangeNames)
    }
    let addresses = attached.values.flatMap(\.addresses).map(\.description).sorted()
    let strange = [
      "\(Ground.nodeAddress)/32", "\(Ground.gatewayAddress)/32", "10.65.0.250/32", "0.0.0.0/32",
      "224.0.0.1/32", "127.0.0.1/32", "255.255.255.255/32", "10.65.0.0/24", "0.0.0.0/0", "rubbish",
      "169.254.1.1/32", "172.21.0.2/32", "198.51.100.7/32", "fe80::1/128", "::1/128",
    ]
    for _ in 0..<dice.below(3) {
      endpoint.spec.ipNetworks.append(
        dice.chance(50) && !addresses.isEmpty ? dice.pick(addresses) : dice.pick(strange))
    }
    endpoint.metadata.labels = dice.pick([
      [:], ["role": "bad"], ["pcns.projectcalico.org/name": "web", "tier": "db"],
      ["projectcalico.org/namespace": "web"], ["projectcalico.org/serviceaccount": "admin"],
    ])
    endpoint.spec.profiles = dice.pick([[], ["kns.web"], ["nobody's"], ["kns.strange", "kns.web"]])
    endpoint.spec.mac = dice.pick(["", "", "02:00:00:00:00:99"])
    if dice.chance(25),
      let pod = attached.values.first(where: { $0.link == endpoint.spec.interfaceName })
    {
      // So that nothing tells it from the pod's own endpoint.
      endpoint.spec.mac = pod.mac
      mayBeRobbed = true
    }
    let name = endpoint.spec.interfaceName
    let isForeign = !name.hasPrefix("cali")
    let isOurs = endpoint.spec.node == base.node
    return (
      endpoint,
      Intruder(
        key: endpoint.key, token: token, endpoint: endpoint.spec,
        fault: isOurs && isForeign && !name.isEmpty ? "its interface is not a workload's" : nil)
    )
  }

  // MARK: - Nodes

  /// What no peer can have for its address.
  private static let noPeers = [
    "rubbish", "0.0.0.0/0", "0.0.0.0", "224.0.0.5/24", "127.0.0.1/8", "255.255.255.255",
    "10.0.0.300", "fd00::1/64", "192.0.2.2/33", "192.0.2.7/24\n}",
  ]

  private func nodeIntruder() -> (any Resource, Intruder) {
    let token = newToken()
    var node = Node(
      name: dice.pick([
        token, "\(token)\"", "\(token)\n}", "\(token)'; protocol", "\(token).\"x", "\(token) x",
        String(repeating: "n", count: 253 - token.utf8.count) + token,
      ]))
    var bgp = NodeBGPSpec()
    let usable = [
      "192.0.2.77/24", "192.0.2.78", "\(Ground.nodeAddress)/24", "192.0.2.2", "", "240.0.0.1",
      "169.254.0.1", "0.1.2.3",
    ]
    let isUsable = dice.chance(40)
    bgp.ipv4Address = dice.pick(isUsable ? usable : Self.noPeers)
    bgp.ipv6Address = dice.pick([
      "", "", "", "::", "fe80::1/64", "ff02::1", "192.0.2.1", "2001:db8::2/64", "::ffff:192.0.2.9",
      "::1", "fe80::1%eth0",
    ])
    bgp.asNumber = dice.pick([nil, nil, 0, 65000, 4_294_967_295, 23456])
    if dice.chance(15) { bgp.routeReflectorClusterID = dice.pick(["1.0.0.1", "\"", "rubbish"]) }
    node.spec.bgp = bgp
    node.metadata.labels = dice.pick([[:], ["a": "b"], ["not a label!": "\n"]])
    return (
      node,
      Intruder(
        key: node.key, token: token, fault: isUsable ? nil : "its address is none that peers have")
    )
  }

  // MARK: - Pools and blocks

  private func poolIntruder() -> (any Resource, Intruder) {
    let token = newToken()
    var pool = IPPool(name: dice.pick([token, "0\(token)", "zz\(token)"]))
    pool.spec.cidr = dice.pick([
      "rubbish", "0.0.0.0/0", "10.65.0.0/33", "::/0", "10.65.0.0/16", "10.65.0.0/24",
      "10.65.0.0/25",
      "10.66.0.0/24", "10.65.0.7/26", "", "255.255.255.255/32",
    ])
    pool.spec.disabled = dice.chance(60)
    pool.spec.natOutgoing = dice.chance(50)
    pool.spec.disableBGPExport = dice.chance(15)
    // Nobody is to be given an address of it.
    pool.spec.nodeSelector = dice.pick(["has(nothing)", "!all()"])
    pool.spec.blockSize = dice.pick([nil, 26, 20, 33, 0])
    let isBad = !Self.isPool(CIDR(pool.spec.cidr))
    return (
      pool, Intruder(key: pool.key, token: token, fault: isBad ? "its CIDR cannot be used" : nil)
    )
  }

  /// Whether a network can be one of pods.
  static func isPool(_ network: CIDR?) -> Bool { network.map { $0.prefixLength > 0 } ?? false }

  private func blockIntruder() -> (any Resource, Intruder) {
    let token = newToken()
    var block = IPAMBlock(name: token)
    block.spec.cidr = dice.pick([
      "rubbish", "0.0.0.0/0", "10.65.0.0/33", "10.66.0.0/26", "10.65.0.0/16", "fd65::/122",
      "10.65.9.0/26",
    ])
    block.spec.affinity = dice.pick([nil, "host:node-1", "host:node-2", "host:", "virtual:x", "\""])
    block.spec.allocations = dice.pick([[], [nil, 7], [0, 0, nil], [-1]])
    // What nobody in the block has is unreachable, so it may not be half of the world.
    let isBad = CIDR(block.spec.cidr).map { $0.family == .v4 && $0.prefixLength < 20 } ?? true
    return (
      block, Intruder(key: block.key, token: token, fault: isBad ? "its CIDR cannot be used" : nil)
    )
  }

  /// Settings of the pool that pods have their addresses from; all but NAT are for new addresses.
  func editPool() async throws {
    guard var pool = try await base.store.find(IPPool.self, "base") else {
      note("the pool comes again")
      _ = try await base.store.create(basePool)
      return
    }
    let wasPlain = isPoolPlain
    isPoolPlain = false
    switch dice.below(8) {
    case 0, 1: pool.spec.disabled.toggle()
    case 2: pool.spec.nodeSelector = dice.pick(["all()", "!all()", "has(rack)", "(("])
    case 3: pool.spec.namespaceSelector = dice.pick(["", "!all()", "x == 'y'"])
    case 4: pool.spec.allowedUses = dice.pick([[.workload], [.tunnel], [.workload, .tunnel]])
    case 5: pool.spec.assignmentMode = dice.pick([.automatic, .manual])
    case 6: pool.spec.natOutgoing.toggle()
    default:
      note("the pool goes")
      _ = try await base.store.delete(pool.key, revision: nil)
      return
    }
    note("the pool is now \(JSON.encode(pool.spec.encode()))")
    guard try await isStored(pool) else { return isPoolPlain = wasPlain }
    // As it was at first, it is as good as it was.
    let spec = pool.spec
    isPoolPlain =
      !spec.disabled && spec.nodeSelector == "all()" && spec.namespaceSelector.isEmpty
      && spec.allowedUses.contains(.workload) && spec.assignmentMode == .automatic
      && !intruders.contains { [.ipPool, .ipamBlock, .felixConfiguration].contains($0.key.kind) }
  }

  func editOwnNode() async throws {
    guard var node = try await base.store.find(Node.self, base.node) else { return }
    node.metadata.labels = dice.pick([[:], ["rack": "1"], ["rack": "\"\n"]])
    node.spec.bgp?.asNumber = dice.pick([nil, 65001, 0, 4_294_967_295])
    note("this node has now the labels \(node.metadata.labels.description)")
    _ = try await isStored(node)
  }

  /// Writes an object that is there already; false when it is refused.
  private func isStored(_ resource: any Resource) async throws -> Bool {
    do throws(DatastoreError) {
      _ = try await base.store.update(resource)
      return true
    } catch .validation(let problems) {
      note("  it is refused: \(problems)")
      return false
    }
  }

  // MARK: - Settings and policies

  private func felixIntruder() -> (any Resource, Intruder) {
    let token = newToken()
    var felix = FelixConfiguration(name: dice.pick(["default", "node.node-1", token]))
    if felix.metadata.name == token { felix.spec.nodeSelector = dice.pick(["all()", "((", nil]) }
    switch dice.below(6) {
    case 0, 1: felix.spec.interfacePrefix = dice.pick(["", "e", "eth", "\"", "cali,e", "tap", "*"])
    case 2: felix.spec.removeExternalRoutes = dice.chance(50)
    case 3:
      felix.spec.routeRefreshInterval = dice.pick(["0", "rubbish", "-1s", "1h"])
      felix.spec.interfaceRefreshInterval = dice.pick(["0s", "90", nil])
    case 4: felix.spec.logPrefix = dice.pick(["\"", "%n", String(repeating: "p", count: 300)])
    default:
      felix.spec.defaultEndpointToHostAction = dice.pick(["Accept", "Return", "rubbish", "DROP"])
    }
    return (felix, Intruder(key: felix.key, token: token))
  }

  private func bgpIntruder() -> (any Resource, Intruder) {
    let token = newToken()
    var bgp = BGPConfiguration(name: dice.pick(["default", "node.node-1", "node.\(token)"]))
    // The field that cannot be used.
    var bad: String?
    switch dice.below(4) {
    case 0:
      let port = dice.pick([0, 0, 179, 1790, 65535, 65536, -1])
      bgp.spec.listenPort = port
      if !(1...65535).contains(port) { bad = "spec.listenPort" }
    case 1:
      bgp.spec.logSeverityScreen = dice.pick(["rubbish\"", "Debug", "none"])
      if bgp.spec.logSeverityScreen == "rubbish\"" { bad = "spec.logSeverityScreen" }
    case 2:
      bgp.spec.asNumber = dice.pick([0, 64512, 4_294_967_295, 23456])
      if bgp.spec.asNumber?.value == 0 { bad = "spec.asNumber" }
    default: bgp.spec.nodeToNodeMeshEnabled = false
    }
    return (
      bgp,
      Intruder(key: bgp.key, token: bad ?? token, fault: bad.map { "\($0) cannot be used" })
    )
  }

  /// Policies that no pod of this world has, with everything that a policy may say wrong.
  private func policyIntruder() -> (any Resource, Intruder) {
    let token = newToken()
    var policy = GlobalNetworkPolicy(
      name: dice.pick([token, token + String(repeating: "z", count: 253 - token.utf8.count)]))
    policy.spec.tier = dice.pick([nil, "default", "nobody's"])
    policy.spec.order = dice.pick([nil, 0, -1, .greatestFiniteMagnitude])
    policy.spec.selector = dice.pick(["has(nothing)", "((", "x == \"\n\""])
    policy.spec.types = [.ingress, .egress]
    policy.spec.ingress = [
      Rule(.allow, source: EntityRule(nets: [dice.pick(["rubbish", "10.0.0.0/33", "0.0.0.0/0"])]))
    ]
    return (policy, Intruder(key: policy.key, token: token))
  }
}
