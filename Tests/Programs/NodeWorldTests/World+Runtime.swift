// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import LocalDatastore
import Netlink
import Resources
import TestSupport
import ValueTree

/// What the container runtime does.
extension World {
  private static let longNames = [
    String(repeating: "a", count: 63) + "." + String(repeating: "b", count: 63) + "."
      + String(repeating: "c", count: 63) + "." + String(repeating: "d", count: 61),
    String(repeating: "e", count: 63) + "." + String(repeating: "f", count: 63) + "."
      + String(repeating: "g", count: 63) + "." + String(repeating: "h", count: 32),
  ]
  /// As long as can be: with those of the node and the interface, a name of 253 bytes.
  private static let longestName =
    String(repeating: "e", count: 63) + "." + String(repeating: "f", count: 63) + "."
    + String(repeating: "g", count: 63) + "." + String(repeating: "h", count: 253 - 192 - 17)

  /// Names that are plain, and names that are easily taken for each other.
  private static let names: [(String, String)] =
    [
      ("web", "m"), ("web", "m.net1"), ("web", "m.net1.net2"), ("web", "m.eth0"), ("web", "db-0"),
      ("web", "x--y"), ("shop", "m"), ("shop", "till"), ("a", "b.c"), ("a.b", "c"), ("a", "b"),
      ("web", longestName),
    ] + longNames.map { ("web", $0) }

  /// Whether there can be such a pod at all: an endpoint's name has at most 253 bytes and holds that
  /// of the node too, and a namespace has no dots.
  private static func canBe(_ pod: PodInterface) -> Bool {
    let parts = ["node-1", "k8s", pod.name, pod.interface]
    let name = parts.map { $0.split(separator: "-", omittingEmptySubsequences: false) }
      .map { $0.joined(separator: "--") }.joined(separator: "-")
    return name.utf8.count <= 253 && !pod.namespace.contains(".")
  }

  private static let labels: [[String: String]] = [
    [:], [:], ["role": "friend"], ["role": "bad"], ["guarded": "yes"], ["tier": "db"],
    ["guarded": "", "role": "friend"], ["tier": "db", "guarded": "1"],
  ]

  /// What a pod may not claim for itself.
  private static let reserved: [[String: String]] = [
    ["pcns.projectcalico.org/name": "web"], ["projectcalico.org/namespace": "web"],
    ["projectcalico.org/serviceaccount": "admin"], ["pcsa.team": "red"],
    ["projectcalico.org/orchestrator": "none"], ["pcns.tier": "db"],
    ["projectcalico.org/name": "web"],
  ]

  private func newLabels() -> [String: String] {
    var labels = dice.pick(Self.labels)
    if dice.chance(25) { labels.merge(dice.pick(Self.reserved)) { first, _ in first } }
    return labels
  }

  private func newContainer() -> String {
    containers += 1
    // A handle is a network, a container and an interface, with dots between.
    if dice.chance(10), let other = attached.values.map(\.container).sorted().first,
      usedContainers.insert("\(other).net1").inserted
    {
      return "\(other).net1"
    }
    return "c\(containers)"
  }

  private var freeSandbox: Int? {
    let used = Set(attached.values.map(\.sandbox))
    let free = (0..<Ground.sandboxCount).filter { !used.contains($0) }
    return free.isEmpty ? nil : dice.pick(free)
  }

  private var anyAttached: PodInterface? {
    attached.isEmpty ? nil : dice.pick(attached.keys.sorted())
  }

  /// What may come of a call.
  private enum Outcome { case success, failure, either }

  // MARK: - ADD

  func attachNew() async throws {
    if dice.chance(35), let other = anyAttached, let there = attached[other] {
      // One more interface of a pod that runs, in the same namespace.
      let pod = PodInterface(
        namespace: other.namespace, name: other.name, interface: newInterface(of: other))
      if attached[pod] == nil {
        return try await add(
          pod, there.container, there.sandbox, newLabels(),
          canAttach && Self.canBe(pod) ? .success : .either, "one more interface")
      }
    }
    let pod = newPod()
    guard attached[pod] == nil, let sandbox = freeSandbox else { return }
    let isPlain = canAttach && Self.canBe(pod)
    try await add(
      pod, newContainer(), sandbox, newLabels(), isPlain ? .success : .either, "a new pod")
  }

  /// Often one that, behind the pod's name, is the name of another pod that runs.
  private func newInterface(of pod: PodInterface) -> String {
    let rivals = attached.keys.filter {
      $0.namespace == pod.namespace && $0.name.hasPrefix(pod.name + ".")
    }.map { String($0.name.dropFirst(pod.name.count + 1)) }.filter { $0.utf8.count <= 15 }
    if !rivals.isEmpty, dice.chance(60) { return dice.pick(rivals.sorted()) }
    return dice.pick(["net1", "net2", "net1.net2"])
  }

  /// Often one whose name is that of a pod that runs and one of its interfaces.
  private func newPod() -> PodInterface {
    let rivals = attached.keys.filter { $0.interface != "eth0" && $0.name.utf8.count < 60 }
    if !rivals.isEmpty, dice.chance(40) {
      let rival = dice.pick(rivals.sorted())
      return PodInterface(
        namespace: rival.namespace, name: "\(rival.name).\(rival.interface)", interface: "eth0")
    }
    let (namespace, name) = dice.pick(Self.names)
    return PodInterface(namespace: namespace, name: name, interface: "eth0")
  }

  func attachAgain() async throws {
    guard let pod = anyAttached, let there = attached[pod] else { return }
    // The labels belong to operators once they are stored: other ones change nothing.
    try await add(
      pod, there.container, there.sandbox, newLabels(), canAttach ? .success : .either, "again")
  }

  func attachNewContainer() async throws {
    guard let pod = anyAttached, let sandbox = freeSandbox else { return }
    try await add(
      pod, newContainer(), sandbox, newLabels(), canAttach ? .success : .either,
      "a new container, no DEL")
  }

  func attachInVain() async throws {
    // The namespace that somebody else has put an interface into has `eth0`.
    guard let pod = anyAttached, let there = attached[pod] else { return }
    let container = dice.chance(20) ? there.container : "v\(newContainer())"
    let call: (String, [String: String])
    switch dice.below(5) {
    case 0:
      guard container != there.container else { return }
      call = (base.ground.sandboxes[there.sandbox].path, newLabels())
    case 1 where pod.interface == "eth0": call = (base.ground.occupied.path, newLabels())
    case 2: call = ("/run/netns/nobody", newLabels())
    case 3: call = (base.ground.node.path, newLabels())
    default:
      guard let sandbox = freeSandbox else { return }
      call = (base.ground.sandboxes[sandbox].path, ["not a label!": "x"])
    }
    let isKnown = dice.chance(80)
    let target =
      isKnown ? pod : PodInterface(namespace: "shop", name: "vain", interface: pod.interface)
    note("ADD \(target) \(container) in vain, in \(call.0)")
    count("ADD in vain")
    let before = try await picture()
    let answer = await base.runtime.call(
      "ADD",
      Runtime.Call(pod: target, container: container, namespace: call.0, labels: call.1))
    let after = try await picture()
    if answer.status == 0 {
      wrong("an ADD that cannot work says that it has: \(answer.value.map { "\($0)" } ?? "")")
    }
    compare(before, after, "a failed ADD (\(answer.message)) has changed")
  }

  private func add(
    _ pod: PodInterface, _ container: String, _ sandbox: Int, _ labels: [String: String],
    _ outcome: Outcome, _ why: String
  ) async throws {
    note("ADD \(pod) \(container) in \(sandbox) \(labels.description): \(why)")
    let before = try await picture()
    let answer = await base.runtime.call(
      "ADD",
      Runtime.Call(
        pod: pod, container: container, namespace: base.ground.sandboxes[sandbox].path,
        labels: labels))
    guard answer.status == 0 else {
      count("ADD failed: \(why)")
      if outcome == .success { wrong("ADD failed: \(answer.message)") }
      return compare(
        before, try await picture(), "a failed ADD (\(answer.message)) has changed")
    }
    count("ADD: \(why)")
    if outcome == .failure { wrong("an ADD that cannot work says that it has") }
    let old = attached[pod]
    if let old, old.container != container {
      former.append((pod, old.container, old.sandbox))
    }
    attached[pod] = Attached(
      container: container, sandbox: sandbox,
      labels: old?.container == container ? old?.labels ?? [:] : MenuPolicy.own(labels),
      addresses: answer.addresses, link: answer.hostInterface, mac: answer.mac)
    let others = attached.filter { $0.key != pod }
    if let other = others.first(where: { $0.value.link == answer.hostInterface }) {
      wrong("\(pod) was given the link of \(other.key), \(answer.hostInterface)")
    }
    for address in answer.addresses {
      if let other = others.first(where: { $0.value.addresses.contains(address) }) {
        wrong("\(pod) was given the address of \(other.key), \(address)")
      }
    }
    if let old, old.container == container, old.addresses != answer.addresses {
      wrong("\(pod) had \(old.addresses), and has \(answer.addresses) after another ADD")
    }
  }

  // MARK: - DEL

  func detach() async throws {
    guard let pod = anyAttached, let there = attached[pod] else { return }
    let path = base.ground.sandboxes[there.sandbox].path
    let namespace = dice.pick([path, path, "", "/run/netns/nobody"])
    note("DEL \(pod) \(there.container) in '\(namespace)'")
    count("DEL")
    let answer = await base.runtime.call(
      "DEL", Runtime.Call(pod: pod, container: there.container, namespace: namespace))
    if answer.status != 0 { return wrong("DEL failed: \(answer.message)") }
    attached[pod] = nil
    former.append((pod, there.container, there.sandbox))
  }

  /// A DEL that is not about any container that runs: one that is late, or of nobody.
  func detachStranger() async throws {
    var call: Runtime.Call
    if dice.chance(50), !former.isEmpty {
      let old = dice.pick(former)
      // Its namespace may be another pod's by now, or gone.
      let path = base.ground.sandboxes[old.sandbox].path
      call = Runtime.Call(
        pod: old.pod, container: old.container, namespace: dice.chance(50) ? path : "")
    } else {
      let (namespace, name) = dice.pick(Self.names)
      let pod = PodInterface(
        namespace: namespace, name: name, interface: dice.pick(["eth0", "net1", "net2"]))
      let path = base.ground.sandboxes[dice.below(Ground.sandboxCount)].path
      call = Runtime.Call(
        pod: dice.chance(50) ? anyAttached ?? pod : pod, container: "u\(newContainer())",
        namespace: dice.chance(50) ? path : "")
    }
    if attached[call.pod]?.container == call.container { return }
    note("DEL \(call.pod) \(call.container) in '\(call.namespace)', which does not run")
    count("DEL of a stranger")
    let before = try await picture()
    let answer = await base.runtime.call("DEL", call)
    // Of a name that no endpoint can have, nothing is there.
    if answer.status != 0, Self.canBe(call.pod) {
      wrong("DEL failed: \(answer.message)")
    }
    compare(before, try await picture(), "the DEL of a container that does not run has changed")
  }

  // MARK: - What may not change

  /// All that belongs to pods: links, routes, endpoints and addresses, in words.
  func picture() async throws -> [String] {
    var lines: [String] = []
    for link in try base.ground.sockets.links() where link.name.hasPrefix("cali") {
      lines.append("link \(link.name) \(link.index) \(link.isUp ? "up" : "down")")
    }
    for (name, route) in try base.ground.podRoutes() {
      lines.append("route \(route.destination) \(name)")
    }
    let used = Set(attached.values.map(\.sandbox)).sorted()
    for (number, sandbox) in used.map({ ("\($0)", base.ground.sandboxes[$0]) })
      + [("occupied", base.ground.occupied)]
    {
      for link in try sandbox.sockets.links() where link.name != "lo" {
        lines.append("in \(number): \(link.name) \(link.index) \(link.isUp ? "up" : "down")")
      }
      for address in try sandbox.sockets.addresses() where address.scope == .universe {
        lines.append("in \(number): \(address.linkIndex) has \(address.address)")
      }
    }
    for item in try await base.store.list(ListQuery(.workloadEndpoint)).items {
      lines.append("endpoint \(JSON.encode(item.encode()))")
    }
    for (address, handle) in try await allocations() {
      lines.append("address \(address) of \(handle)")
    }
    return lines.sorted()
  }

  /// Which handle has which address, from the blocks as they are stored.
  func allocations() async throws -> [(IPAddress, String)] {
    var found: [(IPAddress, String)] = []
    for block in try await base.store.all(IPAMBlock.self)
    where !intruders.contains(where: { $0.key == block.key }) {
      for (ordinal, attribute) in block.spec.allocations.enumerated() {
        guard let attribute, let first = CIDR(block.spec.cidr)?.first,
          let address = first.advanced(by: ordinal),
          block.spec.attributes.indices.contains(attribute)
        else { continue }
        found.append((address, block.spec.attributes[attribute].handleID ?? "nobody"))
      }
    }
    return found
  }

  private func compare(_ before: [String], _ after: [String], _ what: String) {
    let (old, new) = (Set(before), Set(after))
    guard old != new else { return }
    let gone = old.subtracting(new).sorted().map { "- \($0)" }
    let come = new.subtracting(old).sorted().map { "+ \($0)" }
    wrong("\(what):\n" + (gone + come).joined(separator: "\n"))
  }

  /// An operator changes the labels of a pod that runs.
  func editLabels() async throws {
    guard let pod = anyAttached, var endpoint = try await endpoint(of: pod) else { return }
    let labels = MenuPolicy.own(dice.pick(Self.labels))
    note("an operator gives \(pod) the labels \(labels.description)")
    let derived = endpoint.metadata.labels.filter { MenuPolicy.own([$0.key: $0.value]).isEmpty }
    endpoint.metadata.labels = labels.merging(derived) { own, _ in own }
    _ = try await base.store.update(endpoint)
    attached[pod]?.labels = labels
  }

  func endpoint(of pod: PodInterface) async throws -> WorkloadEndpoint? {
    let found = try await base.store.all(WorkloadEndpoint.self, namespace: pod.namespace)
    return found.first { item in
      item.spec.node == base.node && item.spec.pod == pod.name
        && item.spec.endpoint == pod.interface
        && !intruders.contains { $0.key == item.key }
    }
  }
}
