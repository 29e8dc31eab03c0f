// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import LocalDatastore
import Resources
import Testing
import ValueTree

@Suite("DEL", .needsRoot)
struct DeleteTests {
  @Test("leaves kernel and datastore as they were before ADD, and may be called again")
  func clean() async throws {
    let host = try await Host(pools: Host.pools)
    let first = try host.pod("first")
    try host.attach(first, Host.both)
    let pod = try host.pod("p")
    let kernel = try host.kernelSnapshot(first)
    let inside = try Set(pod.namespace.run("ip", "route").split(separator: "\n"))
    try host.attach(pod, Host.both)
    for _ in 0..<2 {
      let answer = try host.call("DEL", pod, Host.both)
      #expect(answer.status == 0)
      #expect(answer.text == "")
    }
    #expect(try host.kernelSnapshot(first) == kernel)
    #expect(try Set(pod.namespace.run("ip", "route").split(separator: "\n")) == inside)
    #expect(!(try pod.namespace.run("ip", "link").contains("eth0")))
    #expect(try await host.endpoint(pod) == nil)
    #expect(
      try await host.ipam.allocations().map { "\($0.address)" } == ["10.65.0.0", "fd00:65::"])
  }

  @Test("works when the network namespace is gone, or is not named")
  func withoutNamespace() async throws {
    let host = try await Host()
    for variables in [[:], ["CNI_NETNS": ""], ["CNI_NETNS": nil as String?]] {
      let pod = try host.pod("p")
      try host.attach(pod)
      let name = try #require(try await host.endpoint(pod)).spec.interfaceName
      pod.namespace.remove()
      #expect(try host.call("DEL", pod, variables: variables).status == 0)
      #expect(try await host.leftovers() == [])
      #expect(!(try host.node.run("ip", "link").contains(name)))
    }
  }

  @Test("works with a configuration that ADD would refuse")
  func poorConfiguration() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    try host.attach(pod)
    let changes: [Value.Member] = [
      .init("ipam", .null), .init("mtu", -1), .init("args", ["labels": ["a": 1]]),
      .init("device_type", "netkit"),
    ]
    let answer = try host.call("DEL", pod, changes)
    #expect(answer.status == 0, "\(answer.text)")
    #expect(try await host.leftovers() == [])
  }

  @Test("finds the addresses by the endpoint when the network has been renamed since")
  func renamedNetwork() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    try host.attach(pod)
    #expect(try host.call("DEL", pod, [.init("name", "other")]).status == 0)
    #expect(try await host.leftovers() == [])
  }

  @Test("of a pod that was never attached does nothing")
  func stranger() async throws {
    let host = try await Host()
    try host.attach(try host.pod("p"))
    let kernel = try host.kernelSnapshot()
    let store = try await host.storeSnapshot()
    #expect(try host.call("DEL", try host.pod("stranger")).status == 0)
    let changes = try host.kernelSnapshot().difference(from: kernel)
    #expect(changes.isEmpty, "\(changes)")
    #expect(try await host.storeSnapshot() == store)
  }

  @Test("says that the datastore cannot be reached, so that the runtime tries again")
  func withoutDatastore() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    try host.attach(pod)
    let kernel = try host.kernelSnapshot(pod)
    let gone = [Value.Member("datastore_path", "/proc/no/such/datastore.db")]
    #expect(try host.call("DEL", pod, gone).code == 11)
    #expect(try host.kernelSnapshot(pod) == kernel)
    #expect(try host.call("DEL", pod).status == 0)
    #expect(try await host.leftovers() == [])
  }
}
