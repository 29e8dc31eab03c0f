// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import PolicyEngine
import PolicyModel
import Selectors
import SyncModel
import TestSupport
import Testing

@Suite("Local endpoints")
struct EndpointTests {
  @Test("are those of this node that are wired, and only they are told")
  func locality() throws {
    var harness = try Harness(
      Make.workload("a"), Make.workload("b", node: "there"), Make.workload("c", interface: ""))
    #expect(Set(harness.model.endpoints.keys) == ["ns/a"])

    try harness.feed(Make.workload("c", interface: "calic"))
    #expect(harness.model.endpoints["ns/c"]?.interfaceName == "calic")

    let changes = try harness.feed(
      Make.workload("a", node: "there"), .workloadEndpoint(Make.id("c"), nil))
    #expect(changes == [.endpointRemoved("ns/a"), .endpointRemoved("ns/c")])
  }

  @Test("carry addresses by family, MAC and allowed sources")
  func fields() throws {
    let mac = try #require(MACAddress("02:00:00:00:00:01"))
    let allowed = try Make.nets(["198.51.100.0/24"])
    let value = SyncWorkloadEndpoint(
      node: "here", interfaceName: "cali1", nets: try Make.nets(["10.0.0.1", "fd00::1"]),
      mac: mac, created: "2024-01-01T00:00:00Z", allowedSourcePrefixes: allowed)
    let harness = try Harness(.workloadEndpoint(Make.id("a"), value))
    let expected = DesiredEndpoint(
      interfaceName: "cali1", ipv4Nets: try Make.nets(["10.0.0.1/32"]),
      ipv6Nets: try Make.nets(["fd00::1/128"]), mac: mac, created: "2024-01-01T00:00:00Z",
      allowedSourcePrefixes: allowed)
    #expect(harness.model.endpoints == ["ns/a": expected])
  }

  @Test("inherit labels from profiles; their own win, then the first profile's")
  func inheritance() throws {
    let harness = try Harness(
      .profile("p1", SyncProfile(labels: ["x": "one", "y": "one"])),
      .profile("p2", SyncProfile(labels: ["x": "two", "y": "two", "z": "two"])),
      Make.workload("a", labels: ["x": "own"], profiles: ["p1", "p2"]),
      Make.policy("own", "x == 'own'"), Make.policy("first", "y == 'one'"),
      Make.policy("second", "z == 'two'"), Make.policy("hidden", "x == 'one' || y == 'two'"))
    let ingress = harness.model.endpoints["ns/a"]?.tiers.normal.first?.ingress
    #expect(ingress == [Make.policyID("first"), Make.policyID("own"), Make.policyID("second")])
    #expect(harness.model.policies[Make.policyID("hidden")] == nil)
  }

  @Test("get and lose policies when a profile's labels change")
  func profileLabels() throws {
    var harness = try Harness(
      .profile("p", SyncProfile()), Make.workload("a", profiles: ["p"]),
      Make.policy("q", "zone == 'red'"))
    #expect(harness.model.policies.isEmpty)
    try harness.feed(.profile("p", SyncProfile(labels: ["zone": "red"])))
    #expect(harness.model.endpoints["ns/a"]?.policyIDs == [Make.policyID("q")])
    let changes = try harness.feed(.profile("p", nil))
    #expect(changes.last == .policyRemoved(Make.policyID("q")))
    #expect(harness.model.endpoints["ns/a"]?.tiers == DesiredTiers())
  }

  @Test("with a profile that nobody stored are denied everything by it")
  func missingProfile() throws {
    var harness = try Harness(Make.workload("a", profiles: ["ghost"]))
    #expect(harness.model.profiles == ["ghost": .denyAll])
    let stored = SyncProfile(ingress: [SyncRule(.allow)], egress: [SyncRule(.allow)])
    #expect(
      try harness.feed(.profile("ghost", stored)) == [
        .profile(
          "ghost", DesiredProfile(ingress: [DesiredRule(.allow)], egress: [DesiredRule(.allow)]))
      ])
    #expect(try harness.feed(.profile("ghost", nil)) == [.profile("ghost", .denyAll)])
  }

  @Test("keep the order of their profiles, each once")
  func profileOrder() throws {
    let harness = try Harness(Make.workload("a", profiles: ["z", "a", "z"]))
    #expect(harness.model.endpoints["ns/a"]?.profiles == ["z", "a"])
  }

  @Test("keep a profile in use until the last of them goes")
  func profileUse() throws {
    var harness = try Harness(
      .profile("p", SyncProfile()), .profile("idle", SyncProfile()),
      Make.workload("a", profiles: ["p"]), Make.workload("b", profiles: ["p"]),
      Make.workload("c", node: "there", profiles: ["idle"]))
    #expect(Set(harness.model.profiles.keys) == ["p"])
    #expect(
      try harness.feed(.workloadEndpoint(Make.id("a"), nil)) == [.endpointRemoved("ns/a")])
    #expect(
      try harness.feed(Make.workload("b", profiles: [])) == [
        .endpoint("ns/b", DesiredEndpoint(interfaceName: "calib")), .profileRemoved("p"),
      ])
  }
}
