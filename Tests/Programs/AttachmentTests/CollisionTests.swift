// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import IPAM
import LocalDatastore
import Resources
import Testing
import ValueTree

@testable import Attachment

@Suite("Pods whose names look alike", .needsRoot)
struct CollisionTests {
  /// Two calls that were given one interface, one handle or one endpoint by plainer rules.
  struct Pair: Sendable, CustomStringConvertible {
    var first: Side
    var second: Side
    var description: String { "\(first) and \(second)" }

    struct Side: Sendable, CustomStringConvertible {
      var pod: String
      var interface = "eth0"
      var container: String
      var namespace = "web"
      var network = "net1"
      var description: String { "\(network) \(container) \(namespace)/\(pod)/\(interface)" }
    }

    static let all: [Pair] = [
      .init(
        first: .init(pod: "m", interface: "net1", container: "c"),
        second: .init(pod: "m.net1", container: "d")),
      .init(
        first: .init(pod: "m", interface: "net1", container: "c"),
        second: .init(pod: "q", container: "c.net1")),
      .init(
        first: .init(pod: "m.a", interface: "b", container: "c"),
        second: .init(pod: "m", interface: "a.b", container: "d")),
      .init(
        first: .init(pod: "m", interface: "a.b", container: "c"),
        second: .init(pod: "n", interface: "b", container: "c.a")),
      .init(
        first: .init(pod: "m", container: "b.c", network: "a"),
        second: .init(pod: "n", container: "c", network: "a.b")),
      .init(
        first: .init(pod: "m.b", container: "c", namespace: "a"),
        second: .init(pod: "m", container: "d", namespace: "a-b")),
      // Container's IDs that begin alike.
      .init(
        first: .init(pod: "m", container: "0123456789abcdef0"),
        second: .init(pod: "n", container: "0123456789abcdef1")),
    ]
  }

  private func pod(_ host: Host, _ side: Pair.Side) throws -> Host.Pod {
    var pod = try host.pod(side.pod, container: side.container).with(side.interface)
    pod.kubernetesNamespace = side.namespace
    return pod
  }

  @Test("have an interface, a handle and an endpoint each, in any order", arguments: Pair.all)
  func apart(pair: Pair) async throws {
    for (one, two) in [(pair.first, pair.second), (pair.second, pair.first)] {
      let host = try await Host()
      let kernel = try host.kernelSnapshot()
      let (a, b) = (try pod(host, one), try pod(host, two))
      let (ofA, ofB) = (
        [Value.Member("name", .string(one.network))], [Value.Member("name", .string(two.network))]
      )
      try host.attach(a, ofA)
      let first = try await host.picture(a)
      try host.attach(b, ofB)
      #expect(try await host.picture(a) == first)
      try a.ping()
      try b.ping()
      let second = try await host.picture(b)
      #expect(try host.call("DEL", a, ofA).status == 0)
      #expect(try await host.picture(b) == second)
      try b.ping()
      #expect(try await host.held().count == 1)
      // A DEL that comes again, and an ADD that does.
      #expect(try host.call("DEL", a, ofA).status == 0)
      try host.attach(a, ofA)
      #expect(try await host.picture(b) == second)
      #expect(try host.call("DEL", b, ofB).status == 0)
      try a.ping()
      #expect(try host.call("DEL", a, ofA).status == 0)
      #expect(try await host.leftovers() == [])
      #expect(try host.kernelSnapshot() == kernel)
    }
  }

  @Test("to the first 44 bits of their hashes never take the interface from each other")
  func sameHash() async throws {
    // The first such pair that a search found.
    let host = try await Host()
    let (a, b) = (try host.pod("p58efda"), try host.pod("p62d759"))
    try host.attach(a)
    #expect(try await host.endpoint(a)?.spec.interfaceName == "cali17acf759226")
    let picture = try await host.picture(a)
    let store = try await host.storeSnapshot()
    for _ in 0..<2 {
      let refused = try host.call("ADD", b)
      #expect(refused.code == 100)
      #expect(
        refused.message
          == "the interface cali17acf759226 cannot be that of WorkloadEndpoint(web/"
          + "node--1-k8s-p62d759-eth0): it is that of web/p58efda/eth0 of the container c-p58efda")
      #expect(try host.call("DEL", b).status == 0)
      #expect(try await host.picture(a) == picture)
      #expect(try await host.storeSnapshot() == store, "not even an address was taken")
      try a.ping()
    }
    #expect(try host.call("DEL", a).status == 0)
    try host.attach(b)
    let later = try await host.picture(b)
    #expect(try host.call("DEL", a).status == 0)
    #expect(try await host.picture(b) == later)
    #expect(try host.call("DEL", b).status == 0)
    #expect(try await host.leftovers() == [])
    #expect(try host.podLinks() == [])
  }

  /// What a version before has left of a running pod: a name and a handle of its rules, and nothing
  /// that says whose the interface is.
  private func makeOld(_ host: Host, _ pod: Host.Pod, _ link: String, handle: String) async throws {
    var endpoint = try #require(try await host.endpoint(pod))
    let name = endpoint.spec.interfaceName
    try host.node.run("ip", "link", "set", name, "alias", "")
    if name != link { try host.node.run("ip", "link", "set", name, "name", link) }
    endpoint.spec.interfaceName = link
    _ = try await host.store.update(endpoint)
    let address = try #require(
      try await host.ipam.allocations().first { $0.attributes["pod"] == pod.name })
    try await host.ipam.release(handle: address.handle ?? "")
    _ = try await host.ipam.assign(
      address.address, host: host.name, handle: handle, attributes: address.attributes)
  }

  @Test("as versions before named them: the interface that has no owner stays whose it is")
  func oldNames() async throws {
    let host = try await Host()
    let a = try host.pod("m", container: "c").with("net1")
    let answer = try host.attach(a)
    let link = WorkloadInterfaceName.name(prefix: "cali", of: "web.m.net1")
    try await makeOld(host, a, link, handle: "net1.c.net1")
    let b = try host.pod("m.net1", container: "d")
    let picture = try await host.picture(a)
    let refused = try host.call("ADD", b)
    #expect(refused.code == 100)
    #expect(refused.message.hasSuffix("it is that of WorkloadEndpoint(web/node--1-k8s-m-net1)"))
    #expect(try host.call("DEL", b).status == 0)
    #expect(try await host.picture(a) == picture)

    // The pod itself is known again, keeps name and address, and gets its owner noted.
    let again = try host.attach(a)
    #expect(again.address == answer.address)
    #expect(try await host.held() == ["10.65.0.0 net1.c.net1"])
    #expect(try await host.endpoint(a)?.spec.interfaceName == link)
    #expect(
      try host.node.run("cat", "/sys/class/net/\(link)/ifalias") == "calico:web/m/net1 c\n")
    let check = try host.call("CHECK", a, [.init("prevResult", again.value)])
    #expect(check.status == 0, "\(check.text)")
    #expect(try host.call("DEL", a).status == 0)
    #expect(try await host.leftovers() == [])
    #expect(try host.podLinks() == [])
  }

  @Test("as versions before named them: a new container takes over, and DEL takes all away")
  func oldReplaced() async throws {
    for isReplaced in [true, false] {
      let host = try await Host()
      let a = try host.pod("m", container: "c").with("net1")
      try host.attach(a)
      let link = WorkloadInterfaceName.name(prefix: "cali", of: "web.m.net1")
      try await makeOld(host, a, link, handle: "net1.c.net1")
      let new = try host.pod("m", container: "d").with("net1")
      if isReplaced {
        try host.attach(new)
        try new.ping()
        #expect(try host.podLinks() == [try await host.endpoint(new)?.spec.interfaceName])
        #expect(try host.call("DEL", a).status == 0)
        try new.ping()
        #expect(try host.call("DEL", new).status == 0)
      } else {
        #expect(try host.call("DEL", a).status == 0)
      }
      #expect(try await host.leftovers() == [])
      #expect(try host.podLinks() == [])
    }
  }

  @Test("as Calico names them: an interface without an owner is the pod's own, or goes last")
  func calicosOwn() async throws {
    let host = try await Host()
    let a = try host.pod("p", container: "c")
    try host.attach(a)
    let link = try #require(try await host.endpoint(a)?.spec.interfaceName)
    try await makeOld(host, a, link, handle: "net1.c")
    let picture = try await host.picture(a)
    // Another pod's calls, and an ADD that fails, leave it alone.
    let new = try host.pod("p", container: "d")
    #expect(try host.call("ADD", new, [.init("mtu", 20)]).code == 100)
    #expect(try host.call("DEL", new).status == 0)
    #expect(try await host.picture(a) == picture)
    // Its endpoint is in a datastore that is no longer used.
    let endpoint = try #require(try await host.endpoint(a))
    try await host.store.delete(endpoint.key, revision: nil)
    #expect(try host.call("ADD", new, [.init("mtu", 20)]).code == 100)
    #expect(try host.podLinks() == [link])
    try a.ping()
    try host.attach(new)
    try new.ping()
    #expect(try host.call("DEL", new).status == 0)
    #expect(try host.call("DEL", a).status == 0)
    #expect(try await host.leftovers() == [])
    #expect(try host.podLinks() == [])
  }

  @Test("A container without a pod that is called like one does not take the pod's interface")
  func withoutPod() async throws {
    let host = try await Host()
    var pod = try host.pod("abc", container: "xyz")
    pod.kubernetesNamespace = "default"
    try host.attach(pod)
    let picture = try await host.picture(pod)
    let container = try host.pod("ignored", container: "abc")
    let noArguments: [String: String?] = ["CNI_ARGS": nil as String?]
    let refused = try host.call("ADD", container, variables: noArguments)
    #expect(refused.code == 100)
    #expect(refused.message.hasSuffix("it is that of default/abc/eth0 of the container xyz"))
    #expect(try host.call("DEL", container, variables: noArguments).status == 0)
    #expect(try await host.picture(pod) == picture)
    #expect(try host.call("DEL", pod).status == 0)
    #expect(try host.call("ADD", container, variables: noArguments).status == 0)
    #expect(try host.call("ADD", pod).code == 100)
    #expect(try host.call("DEL", container, variables: noArguments).status == 0)
    #expect(try await host.leftovers() == [])
  }

  @Test("An object that names the uplink does not make DEL or ADD remove it")
  func uplink() async throws {
    let host = try await Host()
    let pod = try host.pod("p", container: "c")
    try host.attach(pod)
    var endpoint = try #require(try await host.endpoint(pod))
    endpoint.spec.interfaceName = "up0"
    _ = try await host.store.update(endpoint)
    let uplink = try host.node.run("ip", "-o", "addr", "show", "dev", "up0")
    try host.attach(try host.pod("p", container: "d"))
    #expect(try host.node.run("ip", "-o", "addr", "show", "dev", "up0") == uplink)
    endpoint = try #require(try await host.endpoint(pod))
    #expect(endpoint.spec.interfaceName != "up0")
    endpoint.spec.interfaceName = "up0"
    _ = try await host.store.update(endpoint)
    for container in ["c", "d"] {
      #expect(try host.call("DEL", pod.with(container: container)).status == 0)
    }
    #expect(try host.node.run("ip", "-o", "addr", "show", "dev", "up0") == uplink)
    #expect(try await host.leftovers() == [])
    #expect(try host.podLinks() == [])
  }

  @Test("A device of another kind under the pod's name is refused by ADD and left by DEL")
  func bridge() async throws {
    let host = try await Host()
    let pod = try host.pod("nginx-8586cf59-rv5gm")
    try host.node.run("ip", "link", "add", "cali09f9c3884e9", "type", "bridge")
    let refused = try host.call("ADD", pod)
    #expect(refused.code == 100)
    #expect(refused.message.hasSuffix("it is of the kind bridge, not veth"))
    #expect(try host.call("DEL", pod).status == 0)
    #expect(try host.podLinks() == ["cali09f9c3884e9"])
    #expect(try await host.leftovers() == [])
  }

  @Test("The prefixes of two networks make two interfaces, of which a new container leaves one")
  func prefixes() async throws {
    let host = try await Host()
    let old = try host.pod("p", container: "c")
    let tap: [String: String?] = ["FELIX_INTERFACEPREFIX": "tap"]
    #expect(try host.call("ADD", old, variables: tap).status == 0)
    let new = try host.pod("p", container: "d")
    try host.attach(new)
    try new.ping()
    let links = try host.node.run("ls", "/sys/class/net")
    #expect(!links.contains("tap"))
    // The prefix has been changed since, too.
    #expect(try host.call("DEL", new, variables: tap).status == 0)
    #expect(try host.podLinks() == [])
    #expect(try await host.held() == [])
    #expect(try host.call("DEL", old, variables: tap).status == 0)
    #expect(try await host.leftovers() == [])
  }
}
