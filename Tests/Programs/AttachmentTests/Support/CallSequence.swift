// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Attachment
import Datastore
import Glibc
import HostSystem
import IPAM
import LocalDatastore
import Resources
import TestSupport
import ValueTree

/// Random calls for a handful of pods whose names look alike, and what must be true after each.
final class CallSequence {
  private let host: Host
  private var dice: SplitMix64
  private var sandboxes: [Sandbox] = []
  private var containerCount = 0
  /// Containers' interfaces that DEL has answered for: nothing of them may be there.
  private var gone: Set<String> = []
  private(set) var history = ""
  private(set) var tally: [String: Int] = [:]
  private(set) var attachedMost = 0

  /// A container with a network namespace.
  private struct Sandbox {
    var pod: Host.Pod
    /// By interface.
    var states: [String: State] = [:]
  }

  /// What a runtime knows of a container's interface, for which DEL has not been answered.
  private enum State {
    case attached(Answer)
    /// Killed, failed, or replaced by a later container.
    case unknown
  }

  private struct Answer: Equatable {
    var link: String
    var addresses: [String]
  }

  private enum Fate {
    case undisturbed, failing(Step), killed(Step), impossible
  }

  /// The last two have one hash, as far as an interface's name goes.
  private static let pods = [
    ("web", "m"), ("web", "m.net1"), ("web", "m.net1.a"), ("db", "m"), ("web", "p58efda"),
    ("web", "p62d759"),
  ]
  private static let interfaces = ["net1", "a", "net1.a"]

  init(_ host: Host, seed: UInt64) {
    self.host = host
    dice = SplitMix64(seed: seed)
  }

  // MARK: Steps

  /// Makes one call, and returns it in words.
  func step() throws -> String {
    let words: String
    switch dice.below(100) {
    case 0..<30: words = try addPod()
    case 30..<50: words = try addInterface()
    case 50..<62: words = try repeatADD()
    case 62..<70: words = try addInSameNamespace()
    case 70..<95: words = try delete()
    default: words = try deleteStranger()
    }
    history += words + "\n"
    attachedMost = max(attachedMost, running.count)
    return words
  }

  private func fate(_ steps: [Step]) -> Fate {
    switch dice.below(100) {
    case 0..<55: .undisturbed
    case 55..<75: .failing(dice.pick(steps))
    case 75..<92: .killed(dice.pick(steps))
    default: .impossible
    }
  }

  private func call(_ verb: String, _ pod: Host.Pod, _ fate: Fate) throws -> (Host.Answer, String) {
    var variables: [String: String?] = [:]
    var changes: [Value.Member] = []
    var words = "\(verb) \(pod.kubernetesNamespace)/\(pod.name)/\(pod.interface) \(pod.container)"
    switch fate {
    case .undisturbed: break
    case .failing(let step):
      variables["CALICO_CNI_FAIL_AT"] = step.rawValue
      words += " failing at \(step.rawValue)"
    case .killed(let step):
      variables["CALICO_CNI_KILL_AT"] = step.rawValue
      words += " killed at \(step.rawValue)"
    case .impossible:
      changes.append(.init("mtu", 20))
      words += " with an MTU that cannot be"
    }
    let answer = try host.call(verb, pod, changes, variables: variables)
    tally["\(verb) \(answer.status)", default: 0] += 1
    return (answer, words + ": \(answer.status) \(answer.message)")
  }

  /// A container's ID that no other has: often one that looks like another's with an interface.
  private func newContainer() -> String {
    containerCount += 1
    let plain = "c\(containerCount)"
    guard dice.chance(30), let other = sandboxes.last else { return plain }
    let candidate = "\(other.pod.container).\(dice.pick(Self.interfaces))"
    return sandboxes.contains { $0.pod.container == candidate } || candidate.utf8.count > 60
      ? plain : candidate
  }

  /// A new container of a pod, which may run already.
  private func addPod() throws -> String {
    let (namespace, name) = dice.pick(Self.pods)
    var pod = try host.pod(name, container: newContainer())
    pod.kubernetesNamespace = namespace
    sandboxes.append(Sandbox(pod: pod))
    return try add(sandboxes.count - 1, "eth0", fate(Step.ofTakeOver))
  }

  private func addInterface() throws -> String {
    let candidates = sandboxes.indices.filter { isAttached(sandboxes[$0], "eth0") }
    guard !candidates.isEmpty else { return try addPod() }
    let index = dice.pick(candidates)
    let interface = dice.pick(Self.interfaces)
    if isAttached(sandboxes[index], interface) { return try repeatADD() }
    return try add(index, interface, fate(Step.ofTakeOver))
  }

  private func isAttached(_ sandbox: Sandbox, _ interface: String) -> Bool {
    if case .attached = sandbox.states[interface] { true } else { false }
  }

  private func add(_ index: Int, _ interface: String, _ fate: Fate) throws -> String {
    let pod = sandboxes[index].pod.with(interface)
    gone.remove(key(pod))
    let (answer, words) = try call("ADD", pod, fate)
    if answer.status == 0 {
      // The pod's container before this one has lost its interface to it.
      displace(pod, but: index)
      sandboxes[index].states[interface] = .attached(
        Answer(
          link: answer.value["interfaces"]?.array?.first?["name"]?.string ?? "",
          addresses: (answer.value["ips"]?.array ?? []).compactMap { $0["address"]?.string }))
      return words
    }
    sandboxes[index].states[interface] = .unknown
    if case .killed(let step) = fate, let at = Step.ofTakeOver.firstIndex(of: step),
      let stored = Step.ofTakeOver.firstIndex(of: .setAside), at >= stored
    {
      // The endpoint names the new container already.
      displace(pod, but: index)
    }
    if case .undisturbed = fate, !answer.message.contains("cannot be that of") {
      return words + " UNEXPECTED"
    }
    return words
  }

  private func displace(_ pod: Host.Pod, but index: Int) {
    for other in sandboxes.indices where other != index && isSamePod(sandboxes[other].pod, pod) {
      if isAttached(sandboxes[other], pod.interface) {
        sandboxes[other].states[pod.interface] = .unknown
      }
    }
  }

  private func isSamePod(_ a: Host.Pod, _ b: Host.Pod) -> Bool {
    a.name == b.name && a.kubernetesNamespace == b.kubernetesNamespace
  }

  /// What runs, as indexes and interfaces, in an order of its own.
  private var running: [(index: Int, interface: String, answer: Answer)] {
    sandboxes.indices.flatMap { index in
      sandboxes[index].states.sorted { $0.key < $1.key }.compactMap { interface, state in
        if case .attached(let answer) = state { (index, interface, answer) } else { nil }
      }
    }
  }

  private func repeatADD() throws -> String {
    guard !running.isEmpty else { return try addPod() }
    let (index, interface, before) = dice.pick(running)
    let (answer, words) = try call(
      "ADD", sandboxes[index].pod.with(interface), fate(Step.ofTakeOver))
    guard answer.status == 0 else { return words }
    let link = answer.value["interfaces"]?.array?.first?["name"]?.string
    let addresses = (answer.value["ips"]?.array ?? []).compactMap { $0["address"]?.string }
    return words + (link == before.link && addresses == before.addresses ? "" : " UNEXPECTED")
  }

  /// A new container ID for a namespace whose container runs: cannot be.
  private func addInSameNamespace() throws -> String {
    guard !running.isEmpty else { return try addPod() }
    let (index, interface, _) = dice.pick(running)
    let pod = sandboxes[index].pod.with(interface).with(container: newContainer())
    let (added, words) = try call("ADD", pod, fate(Step.ofTakeOver))
    let (deleted, more) = try call("DEL", pod, .undisturbed)
    gone.insert(key(pod))
    return "\(words), then \(more)"
      + (added.status != 0 && deleted.status == 0 ? "" : " UNEXPECTED")
  }

  private func delete() throws -> String {
    let candidates = sandboxes.indices.flatMap { index in
      sandboxes[index].states.keys.sorted().map { (index, $0) }
    }
    guard !candidates.isEmpty else { return try addPod() }
    let (index, interface) = dice.pick(candidates)
    return try delete(index, interface, fate(Step.ofDelete))
  }

  private func delete(_ index: Int, _ interface: String, _ fate: Fate) throws -> String {
    let pod = sandboxes[index].pod.with(interface)
    let (answer, words) = try call("DEL", pod, fate)
    guard answer.status == 0 else {
      sandboxes[index].states[interface] = .unknown
      if case .undisturbed = fate { return words + " UNEXPECTED" }
      return words
    }
    sandboxes[index].states[interface] = nil
    gone.insert(key(pod))
    return words
  }

  private func deleteStranger() throws -> String {
    let (namespace, name) = dice.pick(Self.pods)
    var pod = try host.pod(name, container: newContainer()).with(
      dice.pick(["eth0"] + Self.interfaces))
    pod.kubernetesNamespace = namespace
    let (answer, words) = try call("DEL", pod, .undisturbed)
    return words + (answer.status == 0 ? "" : " UNEXPECTED")
  }

  private func key(_ pod: Host.Pod) -> String { "\(pod.container) \(pod.interface)" }

  func deleteAll() throws {
    for index in sandboxes.indices {
      for interface in sandboxes[index].states.keys.sorted() {
        history += try delete(index, interface, .undisturbed) + "\n"
      }
    }
  }

  // MARK: What must be true

  func problems() async throws -> [String] {
    var found = history.split(separator: "\n").suffix(1).filter { $0.hasSuffix("UNEXPECTED") }
      .map(String.init)
    let endpoints = try await host.store.all(WorkloadEndpoint.self)
    let allocations = try await host.ipam.allocations()
    let links = try JSON.parse(Command.run("ip", "-j", "-n", host.node.name, "link")).array ?? []
    let routes =
      try JSON.parse(Command.run("ip", "-j", "-n", host.node.name, "route")).array ?? []
    for (index, interface, answer) in running {
      let pod = sandboxes[index].pod.with(interface)
      let name = "\(pod.kubernetesNamespace)/\(pod.name)/\(interface) \(pod.container)"
      let endpoint = endpoints.first {
        $0.metadata.namespace == pod.kubernetesNamespace && $0.spec.pod == pod.name
          && $0.spec.endpoint == interface
      }
      if endpoint?.spec.containerID != pod.container
        || endpoint?.spec.interfaceName != answer.link
        || endpoint?.spec.ipNetworks != answer.addresses
      {
        found.append(
          "\(name): \(answer), but its endpoint is \(endpoint.map { "\($0.spec)" } ?? "gone")")
      }
      let link = links.first { $0["ifname"]?.string == answer.link }
      let inside = try inside(pod)
      if link == nil || link?["link_index"]?.int != inside?["ifindex"]?.int
        || inside?["link_index"]?.int != link?["ifindex"]?.int
      {
        found.append("\(name): \(answer.link) does not lead there")
      }
      let has = (inside?["addr_info"]?.array ?? []).filter { $0["family"]?.string == "inet" }
        .map { "\($0["local"]?.string ?? "")/\($0["prefixlen"]?.int ?? 0)" }
      if has != answer.addresses { found.append("\(name): \(answer), but has \(has)") }
      for network in answer.addresses {
        let address = String(network.prefix { $0 != "/" })
        let ways = routes.filter { $0["dst"]?.string == address }.map { $0["dev"]?.string ?? "" }
        if ways != [answer.link] { found.append("\(name): \(address) is routed to \(ways)") }
        let holder = allocations.first { "\($0.address)" == address }
        if holder?.attributes["pod"] != pod.name
          || holder?.attributes["namespace"] != pod.kubernetesNamespace
        {
          found.append("\(name): \(address) is held by \(holder.map { "\($0)" } ?? "nobody")")
        }
      }
    }
    found += twice(running.flatMap(\.answer.addresses), "the address")
    found += twice(running.map(\.answer.link), "the link")
    found += twice(endpoints.flatMap(\.spec.ipNetworks), "the endpoints' address")
    found += leftovers(endpoints, links)
    return found
  }

  private func inside(_ pod: Host.Pod) throws -> Value? {
    try JSON.parse(Command.run("ip", "-j", "-n", pod.namespace.name, "addr")).array?
      .first { $0["ifname"]?.string == pod.interface }
  }

  private func twice(_ items: [String], _ what: String) -> [String] {
    Dictionary(grouping: items) { $0 }.filter { $0.value.count > 1 }
      .map { "\(what) \($0.key) is there \($0.value.count) times" }
  }

  /// What is there of containers for which DEL has been answered.
  private func leftovers(_ endpoints: [WorkloadEndpoint], _ links: [Value]) -> [String] {
    var found: [String] = []
    for endpoint in endpoints
    where gone.contains("\(endpoint.spec.containerID) \(endpoint.spec.endpoint)") {
      found.append("\(endpoint.key) is of a container that is gone")
    }
    for link in links {
      guard let alias = link["ifalias"]?.string, alias.hasPrefix("calico:") else { continue }
      let parts = alias.dropFirst(7).split(separator: " ")
      let interface = parts.first?.split(separator: "/").last ?? ""
      if gone.contains("\(parts.last ?? "") \(interface)") {
        found.append("\(link["ifname"]?.string ?? "") is of \(alias), which is gone")
      }
    }
    return found
  }
}
