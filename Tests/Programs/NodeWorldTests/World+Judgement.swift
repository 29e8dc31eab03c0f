// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import LocalDatastore
import Glibc
import Netlink
import Resources
import NetworkEngine
import Routing
import TestSupport

@testable import Dataplane
@testable import NodeAgent

/// What must be true on a node, whatever has happened: said in plain code, without that of the
/// programs.
extension World {
  /// Nothing of others may change, at no moment.
  func judgeForeign() throws {
    let now = try base.ground.foreign()
    guard now != foreign else { return }
    let (old, new) = (Set(foreign), Set(now))
    wrong(
      "what is somebody else's has changed:\n"
        + (old.subtracting(new).sorted().map { "- \($0)" }
        + new.subtracting(old).sorted().map { "+ \($0)" }).joined(separator: "\n"))
  }

  /// Everything, once the agent knows all that has happened.
  func judge(isLast: Bool) async throws {
    try await agent.settle(base.store, &dice)
    if isDamaged { await agent.refresh() }
    isDamaged = false
    mayBeRobbed = !copies.isEmpty
    note("judged")
    count("judged")
    try judgeForeign()
    try await judgePods()
    try await judgeTable()
    try await judgeWords()
    // At the end, and for as long as there is something that BIRD could not take.
    let isTempted = intruders.contains { $0.key.kind == .bgpConfiguration && $0.fault != nil }
    try await judgeRouting(asksBIRD: isLast || isTempted)
    try judgePackets()
    guard problems.isEmpty, isLast || dice.chance(30) else { return }
    try await judgeRestart()
  }

  // MARK: - Pods

  /// Whether another endpoint has taken the pod's link or address by a claim that nothing tells
  /// from a pod's own.
  private func isContested(_ pod: Attached) -> Bool {
    copies.contains { spec in
      let addresses = spec.ipNetworks.compactMap { CIDR($0)?.first }
      return spec.interfaceName == pod.link || addresses.contains { pod.addresses.contains($0) }
    }
  }

  /// The endpoints of others that have the MAC address at the other end of the link of a pod.
  private var copies: [WorkloadEndpointSpec] {
    intruders.compactMap(\.endpoint).filter { spec in
      spec.node == base.node
        && attached.values.contains { $0.link == spec.interfaceName && $0.mac == spec.mac }
    }
  }

  private func judgePods() async throws {
    let links = try base.ground.sockets.links()
    let named = Dictionary(links.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    let routes = try base.ground.sockets.routes(RouteFilter(table: RouteTable.main))
    for (pod, there) in attached.sorted(by: { $0.key < $1.key }) {
      let sandbox = base.ground.sandboxes[there.sandbox]
      guard let inside = try sandbox.sockets.link(named: pod.interface), inside.isUp else {
        wrong("\(pod) runs, and has no \(pod.interface)")
        continue
      }
      let addresses = try sandbox.sockets.addresses(linkIndex: inside.index)
        .filter { $0.scope == .universe }.map(\.address.address)
      if Set(addresses) != Set(there.addresses) {
        wrong("\(pod) was given \(there.addresses), and has \(addresses)")
      }
      guard let outside = named[there.link], outside.isUp, outside.peerIndex == inside.index else {
        wrong("\(pod) runs, and \(there.link) is not there, not up, or another pod's")
        continue
      }
      let found = routes.filter { $0.linkIndex == outside.index && $0.protocol != .kernel }
        .map(\.destination)
      if !isContested(there), Set(found) != Set(there.addresses.map { CIDR(host: $0) }) {
        wrong("\(pod) has \(there.addresses), and routed to \(there.link) are \(found)")
      }
      try await judgeEndpoint(pod, there)
    }
    let known = Set(attached.values.map(\.link))
    for link in links where link.name.hasPrefix("cali") && !known.contains(link.name) {
      wrong("\(link.name) is left of a pod that is gone")
    }
    for item in try await base.store.all(WorkloadEndpoint.self)
    where !intruders.contains(where: { $0.key == item.key })
      && !attached.values.contains(where: { $0.container == item.spec.containerID })
    {
      wrong("\(item.key) is left of container \(item.spec.containerID), which is gone")
    }
    try await judgeAddresses()
  }

  private func judgeEndpoint(_ pod: PodInterface, _ there: Attached) async throws {
    guard let endpoint = try await endpoint(of: pod) else {
      return wrong("\(pod) runs, and has no endpoint")
    }
    let spec = endpoint.spec
    if spec.containerID != there.container || spec.interfaceName != there.link {
      wrong("\(endpoint.key) says \(spec.containerID) and \(spec.interfaceName)")
    }
    if Set(spec.ipNetworks) != Set(there.addresses.map { CIDR(host: $0).description }) {
      wrong("\(endpoint.key) says \(spec.ipNetworks), the pod has \(there.addresses)")
    }
    if MenuPolicy.own(endpoint.metadata.labels) != there.labels {
      wrong("\(endpoint.key) has \(endpoint.metadata.labels), asked for were \(there.labels)")
    }
    if !spec.profiles.contains("kns.\(pod.namespace)") {
      wrong("\(endpoint.key) has the profiles \(spec.profiles)")
    }
  }

  /// What is allocated is what runs, and nothing twice.
  private func judgeAddresses() async throws {
    let allocated = try await allocations().map(\.0)
    let running = attached.values.flatMap(\.addresses)
    if allocated.count != Set(allocated).count { wrong("an address is allocated twice") }
    for address in Set(allocated).subtracting(running).sorted() {
      wrong("\(address) is still allocated, and no pod has it")
    }
    for address in Set(running).subtracting(allocated).sorted() {
      wrong("\(address) is that of a pod, and is not allocated")
    }
  }

  // MARK: - The table

  private func table() throws -> TableModel {
    guard let model = try TableWriter(NFTablesSocket(in: base.ground.node)).observe() else {
      throw Ground.Failure(description: "there is no table")
    }
    return model
  }

  private static func name(_ key: [UInt8]) -> String {
    String(decoding: key.prefix { $0 != 0 }, as: UTF8.self)
  }

  private func judgeTable() async throws {
    let model = try table()
    for map in ["from-workload", "to-workload"] {
      let names = Set((model.sets[map]?.elements ?? []).map { Self.name($0.key) })
      for name in names.sorted() where !name.hasPrefix("cali") {
        wrong("\(map) has \(name), which is no workload's")
      }
      for (pod, there) in attached where !names.contains(there.link) {
        wrong("\(map) has not \(there.link) of \(pod)")
      }
    }
    let pools = try await usablePools()
    for (pod, there) in attached.sorted(by: { $0.key < $1.key }) {
      for address in there.addresses {
        let holding = pools.filter { $0.key.contains(address) }
        let set = "\(address.family.rawValue)"
        if Self.contains(model, "masq-pools\(set)", address)
          != holding.contains(where: { $0.value.natOutgoing })
        {
          wrong(
            "\(address) of \(pod) is masqueraded against natOutgoing, or the other way round: "
              + "\(model.sets["masq-pools\(set)"]?.elements ?? [])")
        }
        if Self.contains(model, "all-pools\(set)", address) != !holding.isEmpty {
          wrong(
            "\(address) of \(pod) is in a pool, and not for the table, or the other way round: "
              + "\(model.sets["all-pools\(set)"]?.elements ?? [])")
        }
      }
    }
  }

  /// The pools whose CIDR is one; of several of one CIDR, the first by name.
  private func usablePools() async throws -> [CIDR: IPPoolSpec] {
    var found: [CIDR: IPPoolSpec] = [:]
    let pools = try await base.store.all(IPPool.self)
    for pool in pools.sorted(by: { $0.metadata.name < $1.metadata.name }) {
      guard let cidr = CIDR(pool.spec.cidr), Self.isPool(cidr), found[cidr] == nil else { continue }
      found[cidr] = pool.spec
    }
    return found
  }

  /// Whether an address is in a set of intervals: those begin with a key, and end before another.
  private static func contains(_ model: TableModel, _ set: String, _ address: IPAddress) -> Bool {
    let key = address.networkBytes
    let before = (model.sets[set]?.elements ?? []).filter {
      !key.lexicographicallyPrecedes($0.key)
    }
    let last = before.max { a, b in
      if a.key != b.key { return a.key.lexicographicallyPrecedes(b.key) }
      // Where one interval ends and another begins, the beginning counts.
      return a.flags.contains(.intervalEnd) && !b.flags.contains(.intervalEnd)
    }
    return last.map { !$0.flags.contains(.intervalEnd) } ?? false
  }

  // MARK: - What is said

  private func judgeWords() async throws {
    let said = await agent.said()
    for intruder in intruders {
      guard let fault = intruder.fault, !said.contains(intruder.token) else { continue }
      wrong("nothing is said of \(intruder.key), \(fault); said is:\n\(said)")
    }
    for (pod, there) in attached {
      for intruder in intruders {
        guard let spec = intruder.endpoint, spec.node == base.node,
          spec.interfaceName == there.link, !said.contains(intruder.token)
        else { continue }
        wrong("nothing is said of \(intruder.key), which has the interface of \(pod):\n\(said)")
      }
    }
  }

  // MARK: - Routing

  private func judgeRouting(asksBIRD: Bool) async throws {
    guard case .run(let configuration)? = agent.plan else {
      return wrong("BIRD has nothing to do")
    }
    let text = configuration.render()
    if asksBIRD { try judgeByBIRD(text) }
    let pools = try await usablePools()
    for block in try await base.store.all(IPAMBlock.self)
    where block.spec.affinity == "host:\(base.node)"
      && !intruders.contains(where: { $0.key == block.key })
    {
      guard let cidr = CIDR(block.spec.cidr),
        attached.values.contains(where: { $0.addresses.contains { cidr.contains($0) } }),
        !pools.contains(where: { $0.value.disableBGPExport && $0.key.contains(cidr) })
      else { continue }
      if !Self.announces(text, cidr) {
        wrong("peers are not told of \(cidr), in which pods run:\n\(text)")
      }
    }
    let said = await agent.said()
    let isMesh = !intruders.contains { $0.key.kind == .bgpConfiguration }
    for intruder in intruders where intruder.key.kind == .node && isMesh {
      let node = try await base.store.get(Node.self, intruder.key.name)
      guard let bgp = node.spec.bgp, bgp.routeReflectorClusterID.isEmpty,
        !bgp.ipv4Address.isEmpty
      else { continue }
      let plain = bgp.ipv4Address.split(separator: "/").first.map(String.init) ?? ""
      if !text.contains("neighbor \(plain) "), !said.contains(intruder.token),
        plain != Ground.nodeAddress
      {
        wrong("there is no session with '\(bgp.ipv4Address)' of \(intruder.key), and no word of it")
      }
    }
  }

  /// What the filter for peers says of a route, read line by line.
  private static func announces(_ text: String, _ route: CIDR) -> Bool {
    let name = "filter calico_export\(route.family.rawValue) {"
    var isInside = false
    for line in text.split(separator: "\n").map({ $0.drop { $0 == " " } }) {
      if line == name { isInside = true }
      guard isInside else { continue }
      if line == "}" { return false }
      if line == "reject;" { return false }
      let words = line.split(separator: " ")
      guard words.first == "if", words.count > 4 else { continue }
      let verdict = words.last == "accept;"
      if words[2] == "=", CIDR(String(words[3])) == route { return verdict }
      if words[2] == "~" {
        let inner = line.split { "[]".contains($0) }.dropFirst().first ?? ""
        let patterns = inner.split(separator: ",").map { $0.filter { $0 != " " } }
        for pattern in patterns {
          // "10.0.0.0/16+" or "10.0.0.0/16{17,32}"
          let base = pattern.prefix { $0 != "+" && $0 != "{" }
          guard let net = CIDR(String(base)), net.contains(route) else { continue }
          let bounds = pattern.drop { $0 != "{" }.dropFirst().dropLast().split(separator: ",")
            .compactMap { Int($0) }
          if let least = bounds.first, route.prefixLength < least { continue }
          if !pattern.hasSuffix("+"), bounds.isEmpty, net != route { continue }
          return verdict
        }
      }
    }
    return false
  }

  private func judgeByBIRD(_ text: String) throws {
    guard access("/usr/sbin/bird", X_OK) == 0 else { return }
    count("asked BIRD")
    let folder = TemporaryFolder()
    let path = try folder.write(text, to: "bird.conf")
    do {
      try Ground.run("bird -p -c \(path)")
    } catch {
      wrong("BIRD refuses its configuration: \(error)\n\(text)")
    }
  }

  // MARK: - Packets

  private func judgePackets() throws {
    func place(_ pod: PodInterface) -> (NetworkNamespace, IPAddress)? {
      guard let there = attached[pod], let address = there.address else { return nil }
      return (base.ground.sandboxes[there.sandbox].namespace, address)
    }
    let able = attached.keys.sorted().filter { pod in
      pod.interface == "eth0" && attached[pod].map { $0.address != nil && !isContested($0) } == true
    }
    let enforced = MenuPolicy.all.filter { policies.contains($0.name) }
    for _ in 0..<3 where able.count > 1 {
      let (from, to) = (dice.pick(able), dice.pick(able))
      guard from != to, let source = place(from), let destination = place(to),
        let sender = attached[from], let receiver = attached[to]
      else { continue }
      let isAllowed = MenuPolicy.allows(
        enforced, from: MenuPolicy.Who(namespace: from.namespace, labels: sender.labels),
        to: MenuPolicy.Who(namespace: to.namespace, labels: receiver.labels))
      count(isAllowed ? "packets allowed" : "packets denied")
      if try arrives(source, destination, isAllowed) != isAllowed {
        wrong(
          "a packet from \(from) \(sender.labels) to \(to) \(receiver.labels) "
            + (isAllowed ? "is lost" : "arrives against policy"))
      }
    }
    if let node = IPAddress(Ground.nodeAddress), let gateway = IPAddress(Ground.gatewayAddress),
      try !arrives((base.ground.gateway, gateway), (base.ground.node, node), true)
        || !arrives((base.ground.node, node), (base.ground.gateway, gateway), true)
    {
      wrong("the gateway and the node cannot talk")
    }
  }

  private func arrives(
    _ source: (NetworkNamespace, IPAddress), _ destination: (NetworkNamespace, IPAddress),
    _ isExpected: Bool
  ) throws -> Bool {
    base.ground.probes += 1
    return try Probe.arrives(
      from: source, to: destination, number: base.ground.probes, isExpected: isExpected)
  }

  // MARK: - A function of what is there

  /// What the kernel has by the agent's doing, in words.
  private func programmed() throws -> [String] {
    let model = try table()
    var lines: [String] = []
    for (name, set) in model.sets {
      for element in set.elements {
        lines.append("set \(name): \(Self.name(element.key)) \(element)")
      }
      lines.append("set \(name): \(set.definition)")
    }
    for (name, chain) in model.chains {
      for (number, rule) in chain.rules.enumerated() {
        lines.append("chain \(name) \(number): \(rule)")
      }
    }
    for (name, route) in try base.ground.podRoutes() {
      lines.append("route on \(name): \(route.destination) \(route)")
    }
    let links = try base.ground.sockets.links()
    let names = Dictionary(links.map { ($0.index, $0.name) }, uniquingKeysWith: { a, _ in a })
    for neighbour in try base.ground.sockets.neighbours() where neighbour.state.contains(.permanent)
    {
      let name = names[neighbour.linkIndex] ?? "-"
      if name.hasPrefix("cali") { lines.append("neighbour on \(name): \(neighbour)") }
    }
    return lines.sorted()
  }

  /// An agent that reads what is there now, in another order, finds nothing to change.
  private func judgeRestart() async throws {
    // What a setting means after the next start only is no difference.
    if agent.words.contains(where: { $0.contains("when the agent is restarted") }) { return }
    let before = try programmed()
    let plan = agent.plan
    count("restarts judged")
    try await restart(prefixes)
    try await agent.settle(base.store, &dice)
    await agent.refresh()
    try judgeForeign()
    // Whose a contested interface is, its own endpoint's plugin does not know: it puts routes there,
    // which go with the next refresh.
    let contested = attached.values.filter { isContested($0) }.map { "route on \($0.link): " }
    func settled(_ lines: [String]) -> Set<String> {
      Set(lines.filter { line in !contested.contains { line.hasPrefix($0) } })
    }
    let (old, new) = (settled(before), settled(try programmed()))
    if old != new {
      wrong(
        "another agent makes something else of what is there:\n"
          + (old.subtracting(new).sorted().map { "- \($0)" }
          + new.subtracting(old).sorted().map { "+ \($0)" }).joined(separator: "\n"))
    }
    if plan != agent.plan { wrong("another agent tells BIRD something else") }
  }
}
