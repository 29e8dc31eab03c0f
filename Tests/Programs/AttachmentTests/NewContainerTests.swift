// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import LocalDatastore
import Resources
import Testing
import ValueTree

@Suite("An endpoint's values", .needsRoot)
struct NewContainerTests {
  /// What an operator, or a program, may change of an endpoint.
  struct Change: Sendable, CustomStringConvertible {
    var description: String
    var apply: @Sendable (inout WorkloadEndpoint) -> Void

    static let all: [Change] = [
      .init(description: "a label") { $0.metadata.labels["app"] = "quarantine" },
      .init(description: "a label more") { $0.metadata.labels["by-hand"] = "yes" },
      .init(description: "a label less") { $0.metadata.labels["tier"] = nil },
      .init(description: "an annotation") { $0.metadata.annotations["note"] = "by hand" },
      .init(description: "a profile more") { $0.spec.profiles.append("extra") },
      .init(description: "a service account") { $0.spec.serviceAccountName = "robot" },
      .init(description: "no ports") { $0.spec.ports = [] },
      .init(description: "allowed sources") {
        $0.spec.allowSpoofedSourcePrefixes = ["10.9.0.0/16"]
      },
      .init(description: "an address outside") {
        var nat = IPNAT()
        nat.internalIP = $0.spec.ipNetworks.first.map { String($0.prefix { $0 != "/" }) } ?? ""
        nat.externalIP = "203.0.113.7"
        $0.spec.ipNATs = [nat]
      },
      .init(description: "a gateway") { $0.spec.ipv4Gateway = "10.65.0.1" },
      .init(description: "a workload") { $0.spec.workload = "w" },
      .init(description: "limits") {
        var controls = QoSControls()
        controls.ingressBandwidth = 1_000_000
        $0.spec.qosControls = controls
      },
    ]
  }

  private static func args(_ labels: Value, port: Int64) -> [Value.Member] {
    [
      .init(
        "args",
        ["labels": labels, "ports": [["name": "http", "protocol": "TCP", "port": .int(port)]]])
    ]
  }

  /// Without what every write changes.
  private func settled(_ endpoint: WorkloadEndpoint?) throws -> WorkloadEndpoint {
    var endpoint = try #require(endpoint)
    endpoint.metadata.resourceVersion = nil
    endpoint.metadata.generation = nil
    return endpoint
  }

  @Test(
    "are the operator's while a container runs, and the container's own in the next one",
    arguments: Change.all)
  func matrix(change: Change) async throws {
    let host = try await Host()
    let old = try host.pod("p", container: "old")
    let ofOld = Self.args(["app": "web", "tier": "front"], port: 80)
    let ofNew = Self.args(["app": "web", "release": "2"], port: 8080)
    try host.attach(old, ofOld)
    let untouched = try settled(try await host.endpoint(old))
    var edited = try #require(try await host.endpoint(old))
    change.apply(&edited)
    edited = try await host.store.updated(edited)
    #expect(try settled(edited) != untouched, "the change changes nothing")

    // The same container again, also with other arguments.
    for args in [ofOld, ofNew] {
      try host.attach(old, args)
      #expect(try settled(try await host.endpoint(old)) == settled(edited))
    }

    // What a pod has that was never anything else.
    let new = try host.pod("p", container: "new")
    try host.attach(new, ofNew)
    let taken = try settled(try await host.endpoint(new))
    let pure = try await Host()
    let first = try pure.pod("p", container: "new")
    try pure.attach(first, ofNew)
    var expected = try settled(try await pure.endpoint(first))
    expected.metadata.uid = untouched.metadata.uid
    expected.metadata.creationTimestamp = untouched.metadata.creationTimestamp
    expected.spec.ipNetworks = ["10.65.0.1/32"]
    expected.spec.mac = taken.spec.mac
    #expect(taken == expected)
    #expect(taken.spec.mac != untouched.spec.mac)

    // And a third, by way of a repeated ADD that was killed.
    let third = try host.pod("p", container: "third")
    _ = try host.call("ADD", third, ofOld, variables: ["CALICO_CNI_KILL_AT": "replace-link"])
    try host.attach(third, ofOld)
    let last = try settled(try await host.endpoint(third))
    #expect(last.metadata.labels == untouched.metadata.labels)
    #expect(last.spec.ports == untouched.spec.ports)
    #expect(last.spec.containerID == "third")
    try third.ping()
  }

  @Test("are the container's own, too, where an object without a container was there before")
  func prepared() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    var endpoint = WorkloadEndpoint(name: "node--1-k8s-p-eth0", namespace: "web")
    endpoint.metadata.labels = ["app": "by-hand"]
    endpoint.spec.node = "node-1"
    endpoint.spec.orchestrator = "k8s"
    endpoint.spec.pod = "p"
    endpoint.spec.endpoint = "eth0"
    endpoint.spec.profiles = ["by-hand"]
    endpoint.spec.interfaceName = "cali12345678901"
    _ = try await host.store.create(endpoint)
    try host.attach(pod, Self.args(["app": "web"], port: 80))
    let stored = try #require(try await host.endpoint(pod))
    #expect(stored.metadata.labels["app"] == "web")
    #expect(stored.spec.profiles == ["kns.web"])
  }
}
