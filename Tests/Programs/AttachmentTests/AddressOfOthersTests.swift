// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Attachment
import Datastore
import IPAM
import LocalDatastore
import Resources
import TestSupport
import Testing
import ValueTree

@Suite("An address that packets of others go to", .needsRoot)
struct AddressOfOthersTests {
  /// A route of the host's to the address that IPAM gives.
  struct Situation: Sendable, CustomStringConvertible {
    var description: String
    var commands: [String]
    /// How ADD's refusal ends.
    var reason: String

    static let all: [Situation] = [
      .init(
        description: "the host's uplink", commands: ["ip route add 10.65.0.0/32 dev up0"],
        reason: "the address is not the pod's: it is routed to up0"),
      .init(
        description: "another metric", commands: ["ip route add 10.65.0.0/32 dev up0 metric 50"],
        reason: "the address is not the pod's: it is routed to up0"),
      .init(
        description: "a gateway", commands: ["ip route add 10.65.0.0/32 via 192.0.2.254"],
        reason: "the address is not the pod's: it is routed to up0"),
      .init(
        description: "two gateways",
        commands: [
          "ip route add 10.65.0.0/32 nexthop via 192.0.2.253 dev up0 nexthop via 192.0.2.254 dev up0"
        ], reason: "the address is not the pod's: it is routed to up0"),
      .init(
        description: "nowhere", commands: ["ip route add blackhole 10.65.0.0/32"],
        reason: "the address is not the pod's: there is a route for it to no interface"),
      .init(
        description: "Calico's interface of another pod",
        commands: [
          "ip link add caliabcdef01234 type veth peer name far0",
          "ip link set caliabcdef01234 up; ip link set far0 up",
          "ip route add 10.65.0.0/32 dev caliabcdef01234",
        ], reason: "the address is not the pod's: it is routed to caliabcdef01234"),
      .init(
        description: "the second family", commands: ["ip -6 route add fd00:65::/128 dev up0"],
        reason: "the address is not the pod's: it is routed to up0"),
    ]
  }

  @Test("is not taken from them: ADD says whose, and has touched nothing", arguments: Situation.all)
  func refused(situation: Situation) async throws {
    let host = try await Host(pools: Host.pools)
    for command in situation.commands { try host.node.run("sh", "-ec", command) }
    let pod = try host.pod("p")
    try pod.namespace.run("ip", "link", "set", "lo", "up")
    let kernel = try host.kernelSnapshot(pod)
    let log = host.folder.path + "/steps"
    let answer = try host.call(
      "ADD", pod, Host.both, variables: ["CALICO_CNI_STEP_LOG": log as String?])
    #expect(answer.code == 100, "\(answer.text)")
    #expect(answer.message.hasSuffix(situation.reason), "\(answer.message)")
    #expect(answer.value["details"] == nil, "\(answer.text)")
    #expect(host.folder.read("steps") == "assign-addresses\n")
    #expect(try host.kernelSnapshot(pod) == kernel)
    #expect(try await host.leftovers() == [])
    #expect(try host.call("DEL", pod, Host.both).status == 0)
    #expect(try host.kernelSnapshot(pod) == kernel)
  }

  @Test("is the pod's own while its route stands, and a repair takes it from nobody else")
  func repaired() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    let first = try host.attach(pod)
    let link = try #require(try host.podLinks().first)
    try host.node.run("ip", "route", "add", "10.65.0.0/32", "dev", "up0", "metric", "50")
    #expect(try host.attach(pod).text == first.text)
    try host.node.run("ip", "route", "delete", "10.65.0.0/32", "dev", link)
    let kernel = try host.kernelSnapshot(pod)
    let refused = try host.call("ADD", pod)
    #expect(refused.code == 100)
    #expect(refused.message.hasSuffix("it is routed to up0"))
    #expect(try host.kernelSnapshot(pod) == kernel)
    #expect(try await host.held() == ["10.65.0.0 net1.c-p"])
    try host.node.run("ip", "route", "delete", "10.65.0.0/32", "dev", "up0")
    #expect(try host.attach(pod).text == first.text)
    try pod.ping()
  }

  @Test("by a route of BIRD's is the pod's from now on, and BIRD's again after an ADD that fails")
  func bird() async throws {
    let host = try await Host()
    for number in 0..<2 {
      try host.node.run(
        "ip", "route", "add", "10.65.0.\(number)/32", "via", "192.0.2.254", "proto", "bird")
    }
    let pod = try host.pod("p")
    let before = try host.node.run("ip", "route")
    let failed = try host.call(
      "ADD", pod, variables: ["CALICO_CNI_FAIL_AT": Step.storeEndpoint.rawValue])
    #expect(failed.code == 5)
    #expect(try host.node.run("ip", "route") == before)
    // IPAM gives what was freed last.
    #expect(try host.attach(pod).address == "10.65.0.1/32")
    let after = try host.node.run("ip", "route").split(separator: "\n")
    #expect(after.filter { $0.hasPrefix("10.65.0.0 ") && $0.contains("bird") }.count == 1)
    let own = after.filter { $0.hasPrefix("10.65.0.1 ") }
    #expect(own.count == 1 && !own[0].contains("bird"), "\(own)")
    try pod.ping()
  }

  @Test(
    "but of the pod's own earlier container, also without an owner noted, are the new one's",
    arguments: [true, false])
  func former(isMarked: Bool) async throws {
    let host = try await Host()
    // The only address that is free is one that the earlier container has.
    let old = try host.pod("p", container: "old")
    try host.attach(old)
    let link = try #require(try host.podLinks().first)
    if !isMarked { try host.node.run("ip", "link", "set", link, "alias", "") }
    try await host.ipam.release(handle: "net1.old")
    for number in 1..<64 {
      _ = try await host.ipam.assign(
        #require(IPAddress("10.65.0.\(number)")), host: host.name, handle: "test")
    }
    let routes = try host.node.run("ip", "route")
    let new = try host.pod("p", container: "new")
    for step in [Step.storeEndpoint, .setAside, .replaceLink, .removeFormer] {
      let failed = try host.call("ADD", new, variables: ["CALICO_CNI_FAIL_AT": step.rawValue])
      #expect(failed.code == 5, "\(failed.text)")
      #expect(try host.node.run("ip", "route") == routes, "\(step)")
      #expect(try await host.endpoint(old)?.spec.containerID == "old")
      try old.ping()
    }
    #expect(try host.attach(new).address == "10.65.0.0/32")
    try new.ping()
    #expect(try host.podLinks() == [link])
    for pod in [old, new] { #expect(try host.call("DEL", pod).status == 0) }
    #expect(try host.podLinks() == [])
  }
}
