// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Addressing
import DesiredState
import PolicyEngine
import PolicyModel
import Selectors
import SyncModel
import Testing

@Suite("Sets")
struct SetTests {
  @Test("hold the addresses of endpoints of all nodes, of host endpoints and of network sets")
  func contributors() throws {
    let harness = try Harness(
      Make.workload("a", nets: ["10.0.0.1", "fd00::1"], labels: ["app": "x"]),
      Make.workload("b", node: "there", nets: ["10.0.0.2"], labels: ["app": "x"]),
      Make.workload("c", interface: "", nets: ["10.0.0.3"], labels: ["app": "x"]),
      Make.workload("d", nets: ["10.0.0.4"], labels: ["app": "y"]),
      Make.host("h", addresses: ["172.16.0.1"], labels: ["app": "x"]),
      Make.networkSet("s", ["192.0.2.0/24"], labels: ["app": "x"]),
      Make.policy("p", ingress: [Make.allow(from: "app == 'x'")]))
    #expect(
      try harness.nets("app == 'x'") == [
        "10.0.0.1/32", "fd00::1/128", "10.0.0.2/32", "10.0.0.3/32", "172.16.0.1/32",
        "192.0.2.0/24",
      ])
    let id = IPSetID(try Selector("app == 'x'").id)
    let rule = harness.model.policies[Make.policyID("p")]?.ingress.first
    #expect(rule?.source.names.sets == [id])
    #expect(rule?.source.names.notSets == [])
    #expect(harness.model.sets[id]?.comment == "app == \"x\"")
  }

  @Test("of a notSelector alone exclude what it selects")
  func negation() throws {
    var rule = SyncRule(.allow)
    rule.source.names.notSelector = try Selector("app == 'x'")
    let harness = try Harness(
      Make.workload("a", nets: ["10.0.0.1"], labels: ["app": "x"]),
      Make.policy("p", ingress: [rule]))
    let source = harness.model.policies[Make.policyID("p")]?.ingress.first?.source
    #expect(source?.names.sets == [])
    #expect(source?.names.notSets == [IPSetID(try Selector("app == 'x'").id)])
    #expect(try harness.nets("app == 'x'") == ["10.0.0.1/32"])
  }

  @Test("change by members alone")
  func deltas() throws {
    var harness = try Harness(
      Make.workload("a", nets: ["10.0.0.1"], labels: ["app": "x"]),
      Make.policy("p", ingress: [Make.allow(from: "app == 'x'")]))
    let id = IPSetID(try Selector("app == 'x'").id)
    let net = try #require(CIDR("10.0.0.2"))
    #expect(
      try harness.feed(
        Make.workload("b", node: "there", nets: ["10.0.0.2"], labels: ["app": "x"]))
        == [.setMembers(id, added: [.net(net)], removed: [])])
    #expect(
      try harness.feed(
        Make.workload("b", node: "there", nets: ["10.0.0.2"], labels: ["app": "y"]))
        == [.setMembers(id, added: [], removed: [.net(net)])])
    // Gone and back before anyone looked.
    #expect(
      try harness.feed(
        Make.workload("b", node: "there", nets: ["10.0.0.2"], labels: ["app": "x"]),
        Make.workload("b", node: "there", nets: ["10.0.0.2"], labels: ["app": "y"])) == [])
  }

  @Test("keep a member as long as one of several contributors has it")
  func sharedMembers() throws {
    var harness = try Harness(
      Make.workload("a", nets: ["10.0.0.1"], labels: ["app": "x"]),
      Make.workload("b", node: "there", nets: ["10.0.0.1"], labels: ["app": "x"]),
      Make.networkSet("s", ["10.0.0.1/32", "10.0.0.1"], labels: ["app": "x"]),
      Make.policy("p", ingress: [Make.allow(from: "app == 'x'")]))
    #expect(try harness.feed(.networkSet(NetworkSetID(namespace: nil, name: "s"), nil)) == [])
    #expect(try harness.feed(.workloadEndpoint(Make.id("b"), nil)) == [])
    #expect(try harness.nets("app == 'x'") == ["10.0.0.1/32"])
    try harness.feed(Make.workload("a", nets: ["10.0.0.9"], labels: ["app": "x"]))
    #expect(try harness.nets("app == 'x'") == ["10.0.0.9/32"])
  }

  @Test("follow the labels of profiles")
  func inherited() throws {
    var harness = try Harness(
      .profile("kns.red", SyncProfile(labels: ["pcns.zone": "red"])),
      Make.workload("a", nets: ["10.0.0.1"]),
      Make.workload("b", node: "there", nets: ["10.0.0.2"], profiles: ["kns.red"]),
      Make.networkSet("s", ["192.0.2.0/24"], profiles: ["kns.red"]),
      Make.host("h", addresses: ["172.16.0.1"], profiles: ["kns.red"]),
      Make.policy("p", ingress: [Make.allow(from: "pcns.zone == 'red'")]))
    #expect(
      try harness.nets("pcns.zone == 'red'") == ["10.0.0.2/32", "192.0.2.0/24", "172.16.0.1/32"])
    try harness.feed(.profile("kns.red", SyncProfile(labels: ["pcns.zone": "blue"])))
    #expect(try harness.nets("pcns.zone == 'red'") == [])
  }

  @Test("live while an active rule refers to them, whoever that is")
  func lifetime() throws {
    let selector = "app == 'x'"
    var harness = try Harness(
      Make.workload("a"), Make.policy("p", ingress: [Make.allow(from: selector)]),
      Make.policy("idle", "app == 'none'", ingress: [Make.allow(from: "app == 'idle'")]))
    #expect(harness.model.sets.count == 1)
    // The set changes hands within a batch and stays as it is.
    let moved = try harness.feed(
      .policy(Make.policyID("p"), nil),
      Make.policy("q", ingress: [Make.allow(from: selector)]))
    #expect(
      !moved.contains { change in
        switch change {
        case .set, .setMembers, .setRemoved: true
        default: false
        }
      })
    let id = IPSetID(try Selector(selector).id)
    #expect(try harness.feed(Make.policy("q")).last == .setRemoved(id))
    // And is complete again when it comes back.
    try harness.feed(
      Make.workload("b", node: "there", nets: ["10.0.0.7"], labels: ["app": "x"]))
    try harness.feed(Make.policy("q", ingress: [Make.allow(from: selector)]))
    #expect(try harness.nets(selector) == ["10.0.0.7/32"])
  }

  @Test("of profiles are sets like those of policies")
  func profileSets() throws {
    var harness = try Harness(
      .profile("p", SyncProfile(egress: [Make.allow(from: "has(app)")])),
      Make.workload("a", nets: ["10.0.0.1"], labels: ["app": "x"], profiles: ["p"]))
    #expect(try harness.nets("has(app)") == ["10.0.0.1/32"])
    try harness.feed(.profile("p", SyncProfile()))
    #expect(harness.model.sets.isEmpty)
  }

  @Test("of named ports hold address, protocol and port of what has one of that name and protocol")
  func namedPorts() throws {
    var rule = SyncRule(.allow, transport: .tcp)
    rule.destination.names.namedPorts = ["http"]
    let harness = try Harness(
      Make.workload(
        "a", nets: ["10.0.0.1", "fd00::1"],
        ports: [
          Make.port("http", .tcp, 80), Make.port("http", .tcp, 8080), Make.port("http", .udp, 81),
          Make.port("dns", .tcp, 53),
        ]),
      Make.host("h", addresses: ["172.16.0.1"], ports: [Make.port("http", .tcp, 82)]),
      Make.networkSet("s", ["192.0.2.0/24"]), Make.policy("p", ingress: [rule]))
    #expect(
      try harness.ports("http") == [
        "10.0.0.1 TCP 80", "10.0.0.1 TCP 8080", "fd00::1 TCP 80", "fd00::1 TCP 8080",
        "172.16.0.1 TCP 82",
      ])
    let destination = harness.model.policies[Make.policyID("p")]?.ingress.first?.destination
    #expect(destination?.names.namedPortSets == [Harness.portSet("http", "tcp", of: .all)])
    #expect(destination?.names.sets == [])
  }

  @Test("of named ports hold only what the rule's selector selects")
  func namedPortsOfSelector() throws {
    var rule = SyncRule(.allow, transport: .udp)
    rule.destination.names.selector = try Selector("app == 'x'")
    rule.destination.names.namedPorts = ["dns"]
    let dns = [Make.port("dns", .udp, 53)]
    var harness = try Harness(
      Make.workload("a", nets: ["10.0.0.1"], labels: ["app": "x"], ports: dns),
      Make.workload("b", nets: ["10.0.0.2"], labels: ["app": "y"], ports: dns),
      Make.policy("p", ingress: [rule]))
    #expect(try harness.ports("dns", "udp", of: "app == 'x'") == ["10.0.0.1 UDP 53"])
    #expect(harness.model.sets.count == 1)

    // With a number beside the name the addresses must be asked for too.
    rule.destination.ports = [PortRange(5353)]
    try harness.feed(Make.policy("p", ingress: [rule]))
    #expect(try harness.nets("app == 'x'") == ["10.0.0.1/32"])
    let destination = harness.model.policies[Make.policyID("p")]?.ingress.first?.destination
    #expect(destination?.names.sets.count == 1)
    #expect(destination?.names.namedPortSets.count == 1)
    #expect(destination?.ports == [PortRange(5353)])

    try harness.feed(
      Make.workload(
        "a", nets: ["10.0.0.1"], labels: ["app": "x"], ports: [Make.port("dns", .udp, 54)]))
    #expect(try harness.ports("dns", "udp", of: "app == 'x'") == ["10.0.0.1 UDP 54"])
  }

  @Test("of negated named ports keep the rule's own addresses")
  func notNamedPorts() throws {
    var rule = SyncRule(.deny, transport: .tcp)
    rule.source.names.selector = try Selector("app == 'x'")
    rule.source.names.notNamedPorts = ["http"]
    let harness = try Harness(
      Make.workload(
        "a", nets: ["10.0.0.1"], labels: ["app": "x"], ports: [Make.port("http", .tcp, 80)]),
      Make.policy("p", ingress: [rule]))
    let source = harness.model.policies[Make.policyID("p")]?.ingress.first?.source
    #expect(source?.names.sets == [IPSetID(try Selector("app == 'x'").id)])
    #expect(
      source?.names.notNamedPortSets
        == [Harness.portSet("http", "tcp", of: try Selector("app == 'x'"))])
    #expect(try harness.ports("http", of: "app == 'x'") == ["10.0.0.1 TCP 80"])
  }
}
