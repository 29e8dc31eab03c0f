// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import IPAM
import LocalDatastore
import Netlink
import Resources
import TestSupport
import Testing
import ValueTree

@testable import Attachment

@Suite("What had to go for an ADD that fails", .needsRoot)
struct UndoTests {
  /// Everything that is looked at of a container: its interface, its rules, and all of the host.
  private func everything(_ pods: Host.Pod..., host: Host) async throws -> [String] {
    var lines = try host.node.snapshot()
    for pod in pods {
      lines += try pod.namespace.snapshot()
      lines += try pod.namespace.run(
        "sh", "-ec",
        """
        ip rule; ip -6 rule; ip -o addr | sed 's/ *valid_lft.*//'
        ip route show table all; ip -6 route show table all
        """
      ).settled.split(separator: "\n").map(String.init)
    }
    return lines
  }

  private func endpoint(_ pod: Host.Pod, _ host: Host) async throws -> String {
    var endpoint = try #require(try await host.endpoint(pod))
    endpoint.metadata.resourceVersion = nil
    endpoint.metadata.generation = nil
    return JSON.encode(endpoint.encode())
  }

  /// Frees whatever the container holds, as somebody may do by hand.
  private func free(_ pod: Host.Pod, _ host: Host, besides others: [String] = []) async throws {
    let held = try await host.held().filter { $0.contains(".\(pod.container)") }
    let handles = Set(held.compactMap { $0.split(separator: " ").last.map(String.init) })
    for handle in handles.subtracting(others) { try await host.ipam.release(handle: handle) }
  }

  /// Hundreds of addresses and routes, in a namespace; some routes go with a pod's address.
  private func crowd(_ namespace: Namespace, _ interface: String, source: String) throws {
    let lines = (0..<300).flatMap { number -> [String] in
      let pair = "\(number / 250).\(number % 250)"
      return [
        "addr add 172.20.\(pair)/32 dev \(interface)",
        "route add 172.21.\(pair)/32 dev \(interface) src \(source) mtu 1300 metric \(number)",
        "route add 172.22.\(pair)/32 via 169.254.1.1 dev \(interface) onlink src \(source)",
      ]
    }
    let command = Command(
      words: ["ip", "-n", namespace.name, "-batch", "-"],
      input: lines.joined(separator: "\n") + "\n")
    let outcome = try command.outcome()
    try #require(outcome.status == 0, "\(outcome.error)")
  }

  @Test(
    "comes back when it fails in the midst of taking addresses away, however many there are",
    arguments: ["eth0", "net1"])
  func takingAway(interface: String) async throws {
    let host = try await Host(pools: Host.pools)
    let pod = try host.pod("p", container: "c")
    try host.attach(pod, Host.both)
    let others = try await host.held().compactMap { $0.split(separator: " ").last.map(String.init) }
    let concerned = pod.with(interface)
    if interface != "eth0" { try host.attach(concerned, Host.both) }
    let source = try #require(try await host.endpoint(concerned)?.spec.ipNetworks.first)
    try crowd(pod.namespace, interface, source: String(source.prefix { $0 != "/" }))
    try await free(concerned, host, besides: interface == "eth0" ? [] : others)
    let held = try await host.held()
    let before = try await everything(pod, host: host)
    let stored = try await endpoint(concerned, host)
    let parts = (1...5).map { "\(Step.takeAway.rawValue):\($0)" }
    for step in [Step.takeAway.rawValue] + parts + [Step.storeEndpoint.rawValue] {
      let answer = try host.call(
        "ADD", concerned, Host.both, variables: ["CALICO_CNI_FAIL_AT": step])
      #expect(answer.code == 5, "\(step): \(answer.text)")
      #expect(answer.value["details"] == nil, "\(answer.text)")
      #expect(try await everything(pod, host: host) == before, "\(step)")
      #expect(try await endpoint(concerned, host) == stored)
      #expect(try await host.held() == held, "\(step)")
    }
    // Killed there, the next call goes on.
    for part in parts {
      let killed = try host.call(
        "ADD", concerned, Host.both, variables: ["CALICO_CNI_KILL_AT": part])
      #expect(killed.status == 128 + 9)
    }
    let address = try #require(try host.attach(concerned, Host.both).address)
    #expect(address != source)
    let old = String(source.prefix { $0 != "/" })
    #expect(!(try pod.namespace.run("ip", "addr")).contains(" \(old)/"))
    #expect(!(try host.node.run("ip", "route")).contains("\(old) "))
    #expect(try pod.namespace.run("ip", "addr").contains(" 172.20.1.49/32"), "an operator's")
    try host.ping(String(address.prefix { $0 != "/" }))
    #expect(try host.call("DEL", concerned, Host.both).status == 0)
    #expect(try host.call("DEL", pod, Host.both).status == 0)
    #expect(try await host.leftovers() == [])
  }

  @Test("comes back although the pair was about to take the place of a former container's")
  func takingAwayBeforeTakeover() async throws {
    let host = try await Host(pools: Host.pools)
    let old = try host.pod("p", container: "old")
    try host.attach(old, Host.both)
    let new = try host.pod("p", container: "new")
    let killed = try host.call(
      "ADD", new, Host.both, variables: ["CALICO_CNI_KILL_AT": Step.setAside.rawValue])
    #expect(killed.status == 128 + 9)
    try await free(new, host)
    let held = try await host.held()
    let before = try await everything(old, new, host: host)
    let stored = try await endpoint(new, host)
    let parts = (1...5).map { "\(Step.takeAway.rawValue):\($0)" }
    let after = [Step.storeEndpoint, .setAside, .replaceLink, .removeFormer].map(\.rawValue)
    for step in parts + after {
      let answer = try host.call("ADD", new, Host.both, variables: ["CALICO_CNI_FAIL_AT": step])
      #expect(answer.code == 5, "\(step): \(answer.text)")
      #expect(answer.value["details"] == nil, "\(answer.text)")
      #expect(try await everything(old, new, host: host) == before, "\(step)")
      #expect(try await endpoint(new, host) == stored, "\(step)")
      #expect(try await host.held() == held, "\(step)")
    }
    try host.attach(new, Host.both)
    try new.ping()
    #expect(try host.podLinks().count == 1)
    for pod in [old, new] { #expect(try host.call("DEL", pod, Host.both).status == 0) }
    #expect(try await host.leftovers() == [])
    #expect(try host.podLinks() == [])
  }

  @Test(
    "is not asked back once the new container has its place: an old interface that stays goes later",
    arguments: ["ADD", "DEL"])
  func formerStays(next: String) async throws {
    let host = try await Host(pools: Host.pools)
    let old = try host.pod("p", container: "old")
    try host.attach(old, Host.both)
    let new = try host.pod("p", container: "new")
    let answer = try host.call(
      "ADD", new, Host.both, variables: ["CALICO_CNI_FAIL_AT": "\(Step.removeFormer.rawValue):1"])
    #expect(answer.status == 0, "\(answer.text)")
    #expect(answer.log.contains("the interface of the pod's former container stays"))
    #expect(try host.podLinks().count == 2)
    #expect(try await host.endpoint(new)?.spec.containerID == "new")
    #expect(try await host.held() == ["10.65.0.1 net1.new", "fd00:65::1 net1.new"])
    try new.ping()
    if next == "ADD" {
      #expect(try host.attach(new, Host.both).text == answer.text)
      #expect(try host.podLinks().count == 1)
      try new.ping()
    }
    for pod in [old, new] { #expect(try host.call("DEL", pod, Host.both).status == 0) }
    #expect(try host.podLinks() == [])
    #expect(try await host.leftovers() == [])
  }

  // MARK: - Routes

  /// Routes of BIRD's, of all sorts.
  private static let routes = [
    "via 192.0.2.254", "via 192.0.2.254 src 192.0.2.1 mtu 1400", "dev up0 scope link",
    "via 198.51.100.1 dev up0 onlink",
    "nexthop via 192.0.2.253 dev up0 weight 3 nexthop via 192.0.2.254 dev up0",
  ]
  private static let routes6 = [
    "via 2001:db8::2 metric 1024", "via 2001:db8::2 src 2001:db8::1 mtu 1400 metric 1024",
    "metric 1024 nexthop via 2001:db8::2 dev up0 nexthop via 2001:db8::3 dev up0 weight 2",
  ]

  private func hostWithUplink() async throws -> Host {
    let host = try await Host(pools: Host.pools)
    try host.node.run("ip", "addr", "add", "2001:db8::1/64", "dev", "up0", "nodad")
    return host
  }

  private func put(_ routes: (v4: String, v6: String), _ number: Int, _ host: Host) throws {
    try host.node.run(
      "sh", "-ec",
      """
      ip route add 10.65.0.\(number)/32 proto bird \(routes.v4)
      ip -6 route add fd00:65::\(number)/128 proto bird \(routes.v6)
      """)
  }

  @Test("a route of BIRD's comes back as it was, among hundreds", arguments: routes, routes6)
  func bird(v4: String, v6: String) async throws {
    let host = try await hostWithUplink()
    let lines = (0..<400).map {
      "route add 10.77.\($0 / 250).\($0 % 250)/32 via 192.0.2.254 dev up0 proto bird"
    }
    let batch = Command(
      words: ["ip", "-n", host.node.name, "-batch", "-"],
      input: lines.joined(separator: "\n") + "\n")
    #expect(try batch.outcome().status == 0)
    try put((v4, v6), 0, host)
    let before = try host.node.snapshot()
    let pod = try host.pod("p")
    let failed = try host.call(
      "ADD", pod, Host.both, variables: ["CALICO_CNI_FAIL_AT": Step.storeEndpoint.rawValue])
    #expect(failed.code == 5, "\(failed.text)")
    #expect(failed.value["details"] == nil, "\(failed.text)")
    #expect(try host.node.snapshot() == before)
  }

  @Test("also where it stood in the place of a route to a pod that runs")
  func birdInPlace() async throws {
    let host = try await hostWithUplink()
    let pod = try host.pod("p")
    let first = try host.attach(pod, Host.both)
    let link = try #require(try host.podLinks().first)
    try host.node.run("ip", "route", "del", "10.65.0.0/32", "dev", link)
    try host.node.run("ip", "-6", "route", "del", "fd00:65::/128", "dev", link)
    try put((Self.routes[1], Self.routes6[1]), 0, host)
    let before = try host.node.snapshot()
    let failed = try host.call(
      "ADD", pod, Host.both, variables: ["CALICO_CNI_FAIL_AT": Step.storeEndpoint.rawValue])
    #expect(failed.code == 5, "\(failed.text)")
    #expect(failed.value["details"] == nil, "\(failed.text)")
    #expect(try host.node.snapshot() == before)
    #expect(try host.attach(pod, Host.both).text == first.text)
    #expect(!(try host.node.run("ip", "route")).contains("10.65.0.0 via"))
    try pod.ping()
  }

  @Test(
    "a route that could not be put back is not taken away",
    arguments: [
      "10.65.0.0/32 via 192.0.2.254 realm 5", "10.65.0.0/32 via 192.0.2.254 advmss 1000",
      "10.65.0.0/32 via 192.0.2.254 mtu lock 1400",
      "fd00:65::/128 via 2001:db8::2 metric 1024 pref high",
      "fd00:65::/128 via 2001:db8::2 metric 1024 expires 5000",
    ])
  func more(route: String) async throws {
    let host = try await hostWithUplink()
    try host.node.run("sh", "-ec", "ip route add \(route) proto bird")
    func routes() throws -> [String] {
      try host.node.snapshot().map { $0.replacing(/expires \d+sec/, with: "expires") }
    }
    let before = try routes()
    let pod = try host.pod("p")
    let answer = try host.call("ADD", pod, Host.both)
    #expect(answer.code == 100, "\(answer.text)")
    #expect(
      answer.message.contains("has more than could be put back if that had to be undone"),
      "\(answer.message)")
    #expect(try routes() == before)
    #expect(try await host.leftovers() == [])
  }

  @Test(
    "a pod's route that could not be put back is not taken away with an address before its own",
    arguments: [
      // From an address that stays, but would be added anew behind the one that is put back.
      "ip addr add 172.20.1.49/32 dev eth0; ip route add 10.77.0.0/16 dev eth0 src 172.20.1.49 realm 5",
      // From any: it goes with the interface's last address.
      "ip route add 10.77.0.0/16 dev eth0 realm 5",
    ])
  func behind(script: String) async throws {
    let host = try await Host(pools: Host.pools)
    let pod = try host.pod("p", container: "c")
    try host.attach(pod, Host.both)
    try pod.namespace.run("sh", "-ec", script)
    try await free(pod, host)
    let held = try await host.held()
    let before = try await everything(pod, host: host)
    let answer = try host.call(
      "ADD", pod, Host.both, variables: ["CALICO_CNI_FAIL_AT": Step.storeEndpoint.rawValue])
    #expect(
      answer.message.contains("has more than could be put back if that had to be undone"),
      "\(answer.text)")
    #expect(try await everything(pod, host: host) == before)
    #expect(try await host.held() == held)
    // Without such a route it works.
    try pod.namespace.run("ip", "route", "del", "10.77.0.0/16")
    let address = try #require(try host.attach(pod, Host.both).address)
    try host.ping(String(address.prefix { $0 != "/" }))
    #expect(try host.call("DEL", pod, Host.both).status == 0)
    #expect(try await host.leftovers() == [])
  }

  @Test("an interface that can only be renamed while it is down has everything afterwards")
  func renameDown() throws {
    let node = try Namespace()
    let script = """
      ip link set lo up
      ip link add cali0 type veth peer name far0; ip link set far0 up; ip link set cali0 up
      ip link add side0 type veth peer name side1; ip link set side0 up; ip link set side1 up
      ip addr add 10.9.0.1/24 dev cali0; ip addr add 10.9.1.1/32 dev cali0
      ip addr add 10.8.0.1/24 dev side0
      ip addr add 10.9.2.1/24 dev cali0 noprefixroute
      ip -6 addr add fd09::1/64 dev cali0 nodad
      ip route add 10.65.0.1/32 dev cali0; ip route add 10.65.0.2/32 dev cali0 src 10.9.1.1 metric 7
      ip route add 10.66.0.0/16 via 10.9.0.7 mtu 1300; ip route add default via 10.65.0.1 dev cali0
      ip route add 10.67.0.0/16 nexthop via 10.9.0.8 weight 2 nexthop via 10.8.0.8
      ip route add 10.68.0.0/16 dev cali0 table 77
      ip -6 route add fd65::1/128 dev cali0; ip -6 route add fd66::/64 via fd09::7
      """
    try node.run("sh", "-ec", script)
    try crowd(node, "cali0", source: "10.9.0.1")
    let space = try NetworkNamespace(name: node.name)
    let socket = try RouteSocket(in: space)
    let index = try #require(try socket.link(named: "cali0")).index
    func picture() throws -> [String] {
      // The kernel's own addresses of the link come a moment later.
      try node.run(
        "sh", "-ec",
        """
        ip -o addr show dev cali9 scope global | sed 's/ *valid_lft.*//'
        ip route show table all | grep -v -E 'table local|linkdown'
        ip -6 route show table all | grep -v -E 'table local|fe80|ff00'
        """
      ).split(separator: "\n").map { String($0.filter { $0 != "\\" }) }.sorted()
    }
    try VethPair.rename(socket, index, to: "cali9")
    let before = try picture()
    #expect(before.contains { $0.hasPrefix("172.22.1.49 via 169.254.1.1 dev cali9") })
    try VethPair.renameDown(index, to: "cali8", socket)
    #expect(try socket.link(named: "cali8")?.isUp == true)
    try VethPair.rename(socket, index, to: "cali9")
    #expect(try picture() == before)
    // What could not be put back is not taken away.
    try node.run("ip", "route", "add", "10.69.0.0/16", "dev", "cali9", "realm", "5")
    let more = try picture()
    #expect(throws: NetlinkError.self) { try VethPair.renameDown(index, to: "cali8", socket) }
    #expect(try picture() == more)
  }
}

extension VethPair {
  /// Renames while it is up, as this kernel can.
  fileprivate static func rename(
    _ socket: RouteSocket, _ index: UInt32, to name: String
  ) throws(NetlinkError) {
    try socket.changeLink(index: index, LinkChange(name: name))
  }
}
