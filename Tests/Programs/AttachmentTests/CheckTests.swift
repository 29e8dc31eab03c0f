// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import LocalDatastore
import Resources
import Testing
import ValueTree

@Suite("CHECK", .needsRoot)
struct CheckTests {
  private static let name = "cali09f9c3884e9"

  /// What somebody does, and what CHECK then says.
  private static let damages: [([String], String)] = [
    (["host", "ip", "link", "set", name, "down"], "\(name) is down"),
    (
      ["host", "ip", "link", "set", name, "address", "ee:ee:ee:ee:ee:ef"],
      "\(name) has not the MAC address ee:ee:ee:ee:ee:ee"
    ),
    (
      ["host", "ip", "route", "flush", "dev", name],
      "there is no route to <address> on the host"
    ),
    (
      ["host", "sysctl", "-qw", "net.ipv4.conf.\(name).proxy_arp=0"],
      "\(name) does not answer ARP requests for others (proxy_arp)"
    ),
    (["host", "ip", "link", "delete", name], "there is no interface eth0 in <netns>"),
    (
      ["pod", "ip", "link", "set", "eth0", "address", "02:00:00:00:00:01"],
      "eth0 has not the MAC address <mac>"
    ),
    // Not ours to judge.
    (["pod", "ip", "addr", "add", "10.0.0.1/32", "dev", "eth0"], ""),
    (
      ["pod", "ip", "route", "delete", "default"],
      "there is no route to 0.0.0.0/0 via 169.254.1.1 in <netns>"
    ),
    (
      ["pod", "ip", "link", "set", "eth0", "name", "eth1"],
      "there is no interface eth0 in <netns>"
    ),
    (
      ["pod", "ip", "addr", "flush", "dev", "eth0"], "eth0 has not the address <address>"
    ),
  ]

  @Test("says nothing of a pod that is as ADD left it, and what is wrong with any other")
  func damaged() async throws {
    let host = try await Host()
    let pod = try host.pod("nginx-8586cf59-rv5gm")
    for (words, message) in Self.damages {
      let answer = try host.attach(pod)
      let result = Value.Member("prevResult", answer.value)
      let fine = try host.call("CHECK", pod, [result])
      #expect(fine.status == 0, "before \(words): \(fine.text)")
      #expect(fine.text == "")
      let place = words[0] == "host" ? host.node : pod.namespace
      try place.run(Array(words.dropFirst()))
      let checked = try host.call("CHECK", pod, [result])
      if message.isEmpty {
        #expect(checked.status == 0, "\(words): \(checked.text)")
      } else {
        let mac = answer.value["interfaces"]?.array?.last?["mac"]?.string
        let expected = message.replacing("<netns>", with: pod.namespace.path)
          .replacing("<mac>", with: try #require(mac))
          .replacing("<address>", with: try #require(answer.address))
        #expect(checked.code == 104, "\(words): \(checked.text)")
        #expect(checked.message.contains(expected), "\(words): \(checked.message)")
      }
      // Also what is damaged goes.
      #expect(try host.call("DEL", pod).status == 0)
    }
    #expect(try await host.leftovers() == [])
  }

  @Test("finds what is missing in the datastore")
  func missing() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    let result = Value.Member("prevResult", try host.attach(pod).value)
    let endpoint = try #require(try await host.endpoint(pod))
    let key = "WorkloadEndpoint(web/node--1-k8s-p-eth0)"

    var other = endpoint
    other.spec.containerID = "somebody"
    other = try await host.store.updated(other)
    #expect(
      try host.call("CHECK", pod, [result]).message == "\(key) is of another container: 'somebody'")
    other.spec.containerID = endpoint.spec.containerID
    other.spec.ipNetworks = ["10.65.0.9/32"]
    other = try await host.store.updated(other)
    #expect(try host.call("CHECK", pod, [result]).message == "\(key) has not the address 10.65.0.0")
    try await host.store.delete(endpoint.key, revision: nil)
    #expect(try host.call("CHECK", pod, [result]).message == "there is no \(key)")
    _ = try await host.ipam.release(handle: "net1.c-p")
    #expect(
      try host.call("CHECK", pod, [result]).message
        == "there is no \(key); the address 10.65.0.0 is not assigned to the handle net1.c-p")
  }

  @Test("does not mind what plugins after it have added to the result")
  func chained() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    var result = try host.attach(pod).value
    let extra: Value = ["name": "ifb0", "sandbox": .string(pod.namespace.path)]
    result["interfaces"] = .array((result["interfaces"]?.array ?? []) + [extra])
    let address: Value = ["interface": 2, "address": "192.0.2.9/24"]
    result["ips"] = .array((result["ips"]?.array ?? []) + [address])
    let answer = try host.call("CHECK", pod, [.init("prevResult", result)])
    #expect(answer.status == 0, "\(answer.text)")
  }
}
