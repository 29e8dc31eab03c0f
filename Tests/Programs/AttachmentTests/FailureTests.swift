// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Attachment
import CSQLite
import Datastore
import Glibc
import IPAM
import LocalDatastore
import Resources
import TestSupport
import Testing
import ValueTree

@Suite("An ADD that fails", .needsRoot)
struct FailureTests {
  /// The steps of ADD that can fail.
  private static let steps: [Step] =
    [
      .assignAddresses, .createLink, .configureHost, .configurePod, .routeToPod, .storeEndpoint,
    ] + ofPlace
  /// Of them, those that only a pod with an earlier container comes to.
  private static let ofPlace: [Step] = [.setAside, .replaceLink, .removeFormer]

  /// A reason why an ADD fails.
  struct Cause: Sendable, CustomStringConvertible {
    var description: String
    var changes: [Value.Member] = []
    var variables: [String: String?] = [:]
    /// What is done before; `nil` is nothing.
    var prepare: (@Sendable (Host, Host.Pod) throws -> Void)?
    var repair: (@Sendable (Host, Host.Pod) throws -> Void)?
    var code: Int64

    static let all: [Cause] =
      FailureTests.steps.map { step in
        Cause(
          description: "before \(step.rawValue)",
          variables: ["CALICO_CNI_FAIL_AT": step.rawValue], code: 5)
      } + [
        .init(
          description: "an interface that is there",
          prepare: { _, pod in
            try pod.namespace.run(
              "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "x0")
          },
          repair: { _, pod in try pod.namespace.run("ip", "link", "delete", "eth0") }, code: 4),
        .init(
          description: "a namespace that is gone", variables: ["CNI_NETNS": "/run/netns/catgone"],
          code: 3),
        .init(
          description: "an MTU that the kernel refuses", changes: [.init("mtu", 20)], code: 100),
        .init(
          description: "a pool that there is not",
          changes: [.init("ipam", ["type": "calico-ipam", "ipv4_pools": ["10.9.0.0/16"]])],
          code: 7),
        .init(
          description: "a family without a pool",
          changes: [
            .init(
              "ipam",
              [
                "type": "calico-ipam", "assign_ipv6": true, "ipv6_pools": ["fd00:66::/122"],
              ])
          ], code: 7),
        .init(
          description: "an IPAM plugin that there is not",
          changes: [.init("ipam", ["type": "host-local"])], code: 4),
        .init(
          description: "a label that is none",
          changes: [.init("args", ["labels": ["a b": "c"]])], code: 7),
        .init(
          description: "a datastore that refuses endpoints",
          prepare: { host, _ in
            try sql(
              host,
              """
              CREATE TRIGGER refuse BEFORE UPDATE ON objects WHEN NEW.kind = 'WorkloadEndpoint'
              BEGIN SELECT RAISE(ABORT, 'refused by the test'); END;
              CREATE TRIGGER refuse2 BEFORE INSERT ON objects WHEN NEW.kind = 'WorkloadEndpoint'
              BEGIN SELECT RAISE(ABORT, 'refused by the test'); END
              """)
          }, repair: { host, _ in try sql(host, "DROP TRIGGER refuse; DROP TRIGGER refuse2") },
          code: 103),
      ]
  }

  private static func sql(_ host: Host, _ text: String) throws {
    var connection: OpaquePointer?
    try #require(sqlite3_open(host.storePath, &connection) == SQLITE_OK)
    defer { sqlite3_close(connection) }
    var message: UnsafeMutablePointer<CChar>?
    let code = sqlite3_exec(connection, text, nil, nil, &message)
    try #require(code == SQLITE_OK, "\(message.map { String(cString: $0) } ?? "")")
  }

  @Test(
    "for a pod whose container runs leaves that as it is, and nothing of its own",
    arguments: Cause.all)
  func newContainer(cause: Cause) async throws {
    let host = try await Host(pools: Host.pools)
    let old = try host.pod("p", container: "old")
    try host.attach(old, Host.both + [.init("args", ["labels": ["app": "web"]])])
    let picture = try await host.picture(old)
    let kernel = try host.kernelSnapshot(old)
    let new = try host.pod("p", container: "new")
    try new.namespace.run("ip", "link", "set", "lo", "up")
    try cause.prepare?(host, new)
    let empty = try new.namespace.snapshot()
    for _ in 0..<2 {
      let answer = try host.call(
        "ADD", new, Host.both + cause.changes, variables: cause.variables)
      #expect(answer.code == cause.code, "\(answer.text)")
      #expect(answer.value["details"] == nil, "\(answer.text)")
      #expect(try await host.picture(old) == picture)
      #expect(try host.kernelSnapshot(old) == kernel)
      #expect(try new.namespace.snapshot() == empty)
      #expect(try await host.held() == ["10.65.0.0 net1.old", "fd00:65:: net1.old"])
      try old.ping()
    }
    // As runtimes do.
    #expect(try host.call("DEL", new, Host.both, variables: cause.variables).status == 0)
    #expect(try await host.picture(old) == picture)
    try old.ping()
    try cause.repair?(host, new)
    try host.attach(new, Host.both)
    try new.ping()
    #expect(try host.podLinks().count == 1)
    #expect(try host.call("DEL", old, Host.both).status == 0)
    try new.ping()
    #expect(try host.call("DEL", new, Host.both).status == 0)
    #expect(try await host.leftovers() == [])
    #expect(try host.podLinks() == [])
  }

  @Test(
    "in the namespace of the container that runs says what is there, and leaves it",
    arguments: [true, false])
  func sameNamespace(isMarked: Bool) async throws {
    let host = try await Host(pools: Host.pools)
    let old = try host.pod("p", container: "old")
    try host.attach(old, Host.both)
    // One of a version before, or of Calico, does not say whose it is.
    if !isMarked { try host.node.run("ip", "link", "set", try host.podLinks()[0], "alias", "") }
    let picture = try await host.picture(old)
    let store = try await host.storeSnapshot()
    let new = old.with(container: "new")
    for verb in ["ADD", "ADD", "DEL", "ADD", "DEL", "DEL"] {
      let answer = try host.call(verb, new, Host.both)
      if verb == "ADD" {
        #expect(answer.code == 4)
        #expect(
          answer.message == "CNI_IFNAME: there is an interface eth0 in \(old.namespace.path) "
            + "already, of the container old")
      } else {
        #expect(answer.status == 0)
      }
      #expect(try await host.picture(old) == picture)
      #expect(try await host.storeSnapshot() == store)
      try old.ping()
    }
    #expect(try host.call("DEL", old, Host.both).status == 0)
    try host.attach(new, Host.both)
    try new.ping()
  }

  @Test("of a new container that was killed before its pair said whose it is can be called again")
  func halfMade() async throws {
    let host = try await Host()
    let old = try host.pod("p", container: "old")
    try host.attach(old)
    let link = try #require(try host.podLinks().first)
    try host.node.run("ip", "link", "delete", link)
    let new = try host.pod("p", container: "new")
    try new.namespace.run(
      "ip", "link", "add", "eth0", "type", "veth", "peer", "name", link, "netns", host.node.name)
    try host.attach(new)
    try new.ping()
    #expect(try host.podLinks() == [link])
    #expect(try host.node.run("cat", "/sys/class/net/\(link)/ifalias") == "calico:web/p/eth0 new\n")
  }

  @Test("although its container runs leaves it as it is", arguments: Cause.all)
  func repeated(cause: Cause) async throws {
    let host = try await Host(pools: Host.pools)
    let pod = try host.pod("p")
    // It has no IPv6 address. That the configuration has changed does not concern it.
    try host.attach(pod)
    let picture = try await host.picture(pod)
    if cause.code != 4 { try cause.prepare?(host, pod) }
    let answer = try host.call("ADD", pod, Host.both + cause.changes, variables: cause.variables)
    // Not each cause is one for a pod that is wired.
    #expect(answer.status == 0 || answer.code == cause.code, "\(answer.text)")
    if answer.status != 0 {
      #expect(try await host.picture(pod) == picture)
      #expect(try await host.held() == ["10.65.0.0 net1.c-p"])
    }
    try pod.ping()
    if cause.code != 4 { try cause.repair?(host, pod) }
    #expect(try host.call("DEL", pod, Host.both).status == 0)
    #expect(try await host.leftovers() == [])
  }

  @Test(
    "after the pod's address was freed by hand changes nothing, and one that works gives another")
  func freedByHand() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    try host.attach(pod)
    try await host.ipam.release(handle: "net1.c-p")
    let picture = try await host.picture(pod)
    for step in [Step.assignAddresses, .configureHost, .configurePod, .routeToPod, .storeEndpoint] {
      let answer = try host.call("ADD", pod, variables: ["CALICO_CNI_FAIL_AT": step.rawValue])
      #expect(answer.code == 5, "\(answer.text)")
      #expect(try await host.picture(pod) == picture, "\(step)")
      #expect(try await host.held() == [])
    }
    let answer = try host.attach(pod)
    let address = try #require(answer.address)
    #expect(address != "10.65.0.0/32")
    #expect(try await host.endpoint(pod)?.spec.ipNetworks == [address])
    #expect(!(try host.node.run("ip", "route")).contains("10.65.0.0 "))
    #expect(!(try pod.namespace.run("ip", "addr")).contains("10.65.0.0/"))
    try pod.ping()
    #expect(try host.call("DEL", pod).status == 0)
    #expect(try await host.leftovers() == [])
  }

  @Test("because IPAM gives an address that another pod has does not take it from that one")
  func addressInUse() async throws {
    let host = try await Host()
    // All but one address are taken, and that is freed although a pod has it.
    let pod = try host.pod("p")
    try host.attach(pod)
    try await host.ipam.release(handle: "net1.c-p")
    for number in 1..<64 {
      _ = try await host.ipam.assign(
        #require(IPAddress("10.65.0.\(number)")), host: host.name, handle: "test")
    }
    let picture = try await host.picture(pod)
    let other = try host.pod("q")
    let refused = try host.call("ADD", other)
    #expect(refused.code == 100)
    #expect(
      refused.message.contains(
        "the address is that of web/p/eth0 of the container c-p: it is routed"))
    #expect(try await host.picture(pod) == picture)
    try pod.ping()
    #expect(try await host.held().count == 63)
    #expect(try host.podLinks().count == 1)
  }

  @Test("although its container runs, and no endpoint says so, leaves it, and one that works too")
  func endpointGone() async throws {
    let host = try await Host(pools: Host.pools)
    let pod = try host.pod("p")
    let first = try host.attach(pod, Host.both)
    let endpoint = try #require(try await host.endpoint(pod))
    let picture = try await host.picture(pod)
    try await host.store.delete(endpoint.key, revision: nil)
    let kernel = try host.kernelSnapshot(pod)
    let held = try await host.held()
    for cause in Cause.all where cause.prepare == nil {
      let answer = try host.call("ADD", pod, Host.both + cause.changes, variables: cause.variables)
      // Not each cause is one for a pod that is wired.
      #expect(answer.status == 0 || answer.code == cause.code, "\(answer.text)")
      #expect(answer.value["details"] == nil, "\(answer.text)")
      #expect(try host.kernelSnapshot(pod) == kernel, "\(cause)")
      #expect(try await host.held() == held, "\(cause)")
      if answer.status == 0 { try await host.store.delete(endpoint.key, revision: nil) }
      try pod.ping()
    }
    #expect(try host.attach(pod, Host.both).text == first.text)
    #expect(try host.kernelSnapshot(pod) == kernel, "it was repaired where it stands")
    var again = try #require(try await host.endpoint(pod))
    again.metadata = endpoint.metadata
    #expect(again.spec == endpoint.spec)
    #expect(try await host.picture(pod).dropFirst() == picture.dropFirst())
    #expect(try host.call("DEL", pod, Host.both).status == 0)
    #expect(try await host.leftovers() == [])
  }

  @Test("for want of an endpoint and of addresses that were freed gives others, and leaves none")
  func endpointAndAddressesGone() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    try host.attach(pod)
    let endpoint = try #require(try await host.endpoint(pod))
    try await host.store.delete(endpoint.key, revision: nil)
    try await host.ipam.release(handle: "net1.c-p")
    let kernel = try host.kernelSnapshot(pod)
    for step in [Step.assignAddresses, .configureHost, .configurePod, .routeToPod, .storeEndpoint] {
      let failed = try host.call("ADD", pod, variables: ["CALICO_CNI_FAIL_AT": step.rawValue])
      #expect(failed.code == 5)
      #expect(try host.kernelSnapshot(pod) == kernel, "\(step)")
      #expect(try await host.leftovers() == [])
    }
    let address = try #require(try host.attach(pod).address)
    #expect(address != "10.65.0.0/32")
    #expect(!(try host.kernelSnapshot(pod)).joined().contains("10.65.0.0"))
    try pod.ping()
  }

  @Test("for want of an address of one family keeps none that it got of the other")
  func oneFamily() async throws {
    let host = try await Host()
    var pool = IPPool(name: "six")
    pool.spec.cidr = "fd00:66::/128"
    pool.spec.blockSize = 128
    _ = try await host.store.create(pool)
    try host.attach(try host.pod("q"), Host.both)
    let pod = try host.pod("p")
    try host.attach(pod)
    try await host.ipam.release(handle: "net1.c-p")
    let held = try await host.held()
    let answer = try host.call("ADD", pod, Host.both)
    #expect(answer.code == 102, "\(answer.text)")
    #expect(answer.value["details"] == nil, "\(answer.text)")
    #expect(try await host.held() == held)
    try pod.ping()
  }

  @Test("because the datastore refuses leaves an object without a container that was there")
  func withoutContainer() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    var endpoint = WorkloadEndpoint(name: "node--1-k8s-p-eth0", namespace: "web")
    endpoint.spec.node = "node-1"
    endpoint.spec.orchestrator = "k8s"
    endpoint.spec.pod = "p"
    endpoint.spec.endpoint = "eth0"
    endpoint.spec.interfaceName = "cali12345678901"
    endpoint = try await host.store.created(endpoint)
    let cause = try #require(Cause.all.first { $0.code == 103 })
    try cause.prepare?(host, pod)
    let answer = try host.call("ADD", pod)
    #expect(answer.code == 103, "\(answer.text)")
    #expect(answer.value["details"] == nil, "\(answer.text)")
    #expect(try await host.endpoint(pod) == endpoint)
  }

  @Test("to repair a pod whose interface is gone can be called again")
  func repairing() async throws {
    for step in Self.steps where !Self.ofPlace.contains(step) {
      let host = try await Host()
      let pod = try host.pod("p")
      let first = try host.attach(pod)
      let link = try #require(try host.podLinks().first)
      try host.node.run("ip", "link", "delete", link)
      let store = try await host.storeSnapshot()
      let failed = try host.call(
        "ADD", pod, variables: ["CALICO_CNI_FAIL_AT": step.rawValue])
      #expect(failed.code == 5)
      #expect(try await host.storeSnapshot() == store)
      #expect(try host.podLinks() == [])
      #expect(try host.attach(pod).text == first.text)
      try pod.ping()
    }
  }

  @Test("of a new pod takes everything back, with every cause", arguments: Cause.all)
  func fresh(cause: Cause) async throws {
    guard !Self.ofPlace.contains(where: { cause.description == "before \($0.rawValue)" })
    else { return }
    let host = try await Host(pools: Host.pools)
    let pod = try host.pod("p")
    try pod.namespace.run("ip", "link", "set", "lo", "up")
    try cause.prepare?(host, pod)
    let kernel = try host.kernelSnapshot(pod)
    let answer = try host.call("ADD", pod, Host.both + cause.changes, variables: cause.variables)
    #expect(answer.code == cause.code, "\(answer.text)")
    #expect(answer.value["details"] == nil, "\(answer.text)")
    #expect(try host.kernelSnapshot(pod) == kernel)
    #expect(try await host.leftovers() == [])
  }

  @Test("with another IPAM plugin asks it to free what it gave, and only that")
  func delegated() async throws {
    let host = try await Host()
    try host.folder.write(
      """
      #!/bin/sh
      folder=$(dirname "$0")
      cat > /dev/null
      echo "$CNI_COMMAND $CNI_CONTAINERID" >> "$folder/calls"
      [ "$CNI_COMMAND" != ADD ] || cat "$folder/$CNI_CONTAINERID"
      """, to: "bin/host-local", mode: 0o755)
    for (name, number) in [("old", 5), ("new", 6)] {
      try host.folder.write(
        #"{"cniVersion":"1.0.0","ips":[{"address":"10.77.0.\#(number)/24"}]}"#, to: "bin/\(name)")
    }
    let ipam = Value.Member("ipam", ["type": "host-local"])
    let old = try host.pod("p", container: "old")
    try host.attach(old, [ipam])
    let picture = try await host.picture(old)
    let new = try host.pod("p", container: "new")
    let failed = try host.call(
      "ADD", new, [ipam], variables: ["CALICO_CNI_FAIL_AT": Step.storeEndpoint.rawValue])
    #expect(failed.code == 5)
    #expect(try await host.picture(old) == picture)
    let again = try host.call(
      "ADD", old, [ipam], variables: ["CALICO_CNI_FAIL_AT": Step.storeEndpoint.rawValue])
    #expect(again.code == 5)
    // Nor is it asked again where no endpoint says that the pod has addresses.
    let endpoint = try #require(try await host.endpoint(old))
    try await host.store.delete(endpoint.key, revision: nil)
    let kernel = try host.kernelSnapshot(old)
    let third = try host.call(
      "ADD", old, [ipam], variables: ["CALICO_CNI_FAIL_AT": Step.storeEndpoint.rawValue])
    #expect(third.code == 5)
    #expect(try host.attach(old, [ipam]).address == "10.77.0.5/32")
    #expect(try host.kernelSnapshot(old) == kernel)
    #expect(host.folder.read("bin/calls") == "ADD old\nADD new\nDEL new\n")
  }
}
