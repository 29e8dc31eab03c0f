// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import LocalDatastore
import Resources
import Testing
import ValueTree

@Suite("ADD of a pod that is there already", .needsRoot)
struct RepeatTests {
  @Test("gives the same answer, and changes nothing in kernel and datastore")
  func same() async throws {
    let host = try await Host(pools: Host.pools)
    let pod = try host.pod("p")
    let first = try host.attach(pod, Host.both)
    let kernel = try host.kernelSnapshot(pod)
    let store = try await host.storeSnapshot()
    let second = try host.attach(pod, Host.both)
    #expect(first.text == second.text)
    #expect(try host.kernelSnapshot(pod) == kernel)
    #expect(try await host.storeSnapshot() == store)
  }

  @Test("keeps labels, annotations and ports as an operator has changed them")
  func operatorsLabels() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    let args = Value.Member("args", ["labels": ["app": "web", "tier": "front"]])
    try host.attach(pod, [args])
    var endpoint = try #require(try await host.endpoint(pod))
    endpoint.metadata.labels["app"] = "quarantine"
    endpoint.metadata.labels["tier"] = nil
    endpoint.metadata.annotations["note"] = "by hand"
    endpoint.spec.profiles.append("extra")
    _ = try await host.store.update(endpoint)
    try host.attach(pod, [args])
    let kept = try #require(try await host.endpoint(pod))
    #expect(kept.metadata.labels["app"] == "quarantine")
    #expect(kept.metadata.labels["tier"] == nil)
    #expect(kept.metadata.annotations == ["note": "by hand"])
    #expect(kept.spec.profiles == ["kns.web", "extra"])
  }

  @Test("makes whole again what somebody has broken, with the same addresses and MAC address")
  func repairs() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    let first = try host.attach(pod)
    let name = try #require(try await host.endpoint(pod)).spec.interfaceName
    for damage in [
      ["ip", "link", "delete", name], ["ip", "route", "delete", "10.65.0.0"],
      ["ip", "link", "set", name, "down"],
    ] {
      try host.node.run(damage)
      #expect(try host.attach(pod).text == first.text, "after \(damage)")
      try pod.ping()
    }
    try pod.namespace.run("ip", "addr", "delete", "10.65.0.0/32", "dev", "eth0")
    #expect(try host.attach(pod).text == first.text)
    #expect(try await host.ipam.allocations().count == 1)
  }

  @Test("for a new container takes over interface and endpoint, and frees the old one's address")
  func takeOver() async throws {
    let host = try await Host()
    let old = try host.pod("p", container: "old")
    try host.attach(old, [.init("args", ["labels": ["app": "web", "tier": "front"]])])
    var endpoint = try #require(try await host.endpoint(old))
    endpoint.metadata.labels["app"] = "quarantine"
    _ = try await host.store.update(endpoint)
    let new = try host.pod("p", container: "new")
    let args = Value.Member("args", ["labels": ["app": "web", "release": "2"]])
    let answer = try host.attach(new, [args])
    #expect(answer.address == "10.65.0.1/32")
    #expect(try await host.held() == ["10.65.0.1 net1.new"])
    let taken = try #require(try await host.endpoint(new))
    #expect(taken.spec.containerID == "new")
    #expect(taken.spec.ipNetworks == ["10.65.0.1/32"])
    #expect(taken.metadata.uid == endpoint.metadata.uid)
    // A new container brings its own; of the one before only the object stays.
    #expect(
      taken.metadata.labels == [
        "app": "web", "release": "2", "projectcalico.org/namespace": "web",
        "projectcalico.org/orchestrator": "k8s",
      ])
    try new.ping()

    // The old container's DEL comes late, and again.
    for _ in 0..<2 {
      #expect(try host.call("DEL", old).status == 0)
      try new.ping()
      #expect(try await host.held() == ["10.65.0.1 net1.new"])
      #expect(try await host.endpoint(new) == taken)
    }
    #expect(try host.call("DEL", new).status == 0)
    #expect(try await host.leftovers() == [])
  }

  @Test("and of another pod at the same time give each their own address")
  func together() async throws {
    let host = try await Host()
    let pods = try (0..<12).map { try host.pod("p\($0)") }
    let addresses = try await withThrowingTaskGroup(of: String?.self) { group in
      for pod in pods {
        let call = host.prepared("ADD", pod)
        // Twice each: a runtime that lost patience asks again.
        for _ in 0..<2 {
          group.addTask {
            Host.Answer(try call.outcome()).address
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(!addresses.contains(nil))
    #expect(Set(addresses).count == 12)
    #expect(try await host.ipam.allocations().count == 12)
    for pod in pods { #expect(try host.call("DEL", pod).status == 0) }
    #expect(try await host.leftovers() == [])
  }
}
