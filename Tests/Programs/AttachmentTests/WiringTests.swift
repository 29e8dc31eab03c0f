// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import IPAM
import LocalDatastore
import Resources
import TestSupport
import Testing
import ValueTree

@Suite("A pod that is attached", .needsRoot)
struct WiringTests {
  @Test("reaches its host through the router that the host answers for, and other pods")
  func reaches() async throws {
    let host = try await Host()
    let (one, two) = (try host.pod("one"), try host.pod("two"))
    try host.attach(one)
    try host.attach(two)
    try one.ping()
    // By proxy ARP: learned, not told.
    let neighbours = try one.namespace.run("ip", "neigh", "show", "169.254.1.1")
    #expect(neighbours.hasPrefix("169.254.1.1 dev eth0 lladdr ee:ee:ee:ee:ee:ee "))
    #expect(!neighbours.contains("PERMANENT"))
    try one.ping("10.65.0.1")
    try host.ping("10.65.0.1")
    try one.ping("127.0.0.1")
  }

  @Test("reaches its host also where the kernel does not answer ARP requests for the router")
  func withoutDefaultRoute() async throws {
    let host = try await Host(hasDefaultRoute: false)
    let (one, two) = (try host.pod("one"), try host.pod("two"))
    try host.attach(one)
    try host.attach(two)
    try one.ping()
    try two.ping("10.65.0.0")
    #expect(
      try one.namespace.run("ip", "neigh", "show", "169.254.1.1").contains("PERMANENT"))
  }

  @Test("with an IPv6 address reaches its host and other pods at once")
  func sixth() async throws {
    let host = try await Host(pools: ["10.65.0.0/26", "fd00:65::/122"])
    try host.node.run("ip", "addr", "add", "2001:db8::1/128", "dev", "up0", "nodad")
    let (one, two) = (try host.pod("one"), try host.pod("two"))
    // As container runtimes do.
    try one.namespace.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
    let ipam: Value = ["type": "calico-ipam", "assign_ipv6": "true"]
    try host.attach(one, [.init("ipam", ipam)])
    try host.attach(two, [.init("ipam", ipam)])
    try one.ping("2001:db8::1")
    try one.ping("fd00:65::1")
    try one.ping("10.65.0.1")
    #expect(
      try one.namespace.run("ip", "-6", "route", "show", "default").hasPrefix(
        "default via fe80::ecee:eeff:feee:eeee dev eth0 "))
    let endpoint = try #require(try await host.endpoint(one))
    #expect(endpoint.spec.ipNetworks == ["10.65.0.0/32", "fd00:65::/128"])
  }

  @Test("may have an IPv6 address alone")
  func sixthAlone() async throws {
    let host = try await Host(pools: ["fd00:65::/122"])
    try host.node.run("ip", "addr", "add", "2001:db8::1/128", "dev", "up0", "nodad")
    let pod = try host.pod("p")
    let ipam: Value = ["type": "calico-ipam", "assign_ipv4": "false", "assign_ipv6": "true"]
    #expect(try host.attach(pod, [.init("ipam", ipam)]).address == "fd00:65::/128")
    try pod.ping("2001:db8::1")
    #expect(try pod.namespace.run("ip", "-4", "route") == "")
  }

  @Test("takes its addresses from the pools that are named, or are for its namespace")
  func pools() async throws {
    let host = try await Host(pools: ["10.65.0.0/26", "10.66.0.0/26"])
    var pool = try await host.store.get(IPPool.self, "pool-0")
    pool.spec.namespaceSelector = "projectcalico.org/name == 'web' && team == 'blue'"
    _ = try await host.store.update(pool)
    #expect(try host.attach(try host.pod("a")).address == "10.66.0.0/32")
    var profile = try await host.store.get(Profile.self, "kns.web")
    profile.spec.labelsToApply["pcns.team"] = "blue"
    _ = try await host.store.update(profile)
    var other = try await host.store.get(IPPool.self, "pool-1")
    other.spec.disabled = true
    other = try await host.store.updated(other)
    #expect(try host.attach(try host.pod("b")).address == "10.65.0.0/32")
    other.spec.disabled = false
    _ = try await host.store.update(other)
    for (index, pool) in ["10.65.0.0/26", "pool-0"].enumerated() {
      let ipam: Value = ["type": "calico-ipam", "ipv4_pools": [.string(pool)]]
      let named = try host.attach(try host.pod("c\(index)"), [.init("ipam", ipam)]).address
      #expect(named == "10.65.0.\(index + 1)/32")
    }
  }

  @Test("may call its only interface otherwise, and then has its default route there")
  func otherInterface() async throws {
    let host = try await Host()
    var pod = try host.pod("p")
    pod.interface = "net1"
    let answer = try host.attach(pod)
    let endpoint = try #require(try await host.endpoint(pod))
    #expect(endpoint.metadata.name == "node--1-k8s-p-net1")
    #expect(endpoint.spec.endpoint == "net1")
    try pod.ping()
    #expect(
      try pod.namespace.run("ip", "route")
        == "default via 169.254.1.1 dev net1 \n169.254.1.1 dev net1 scope link \n")
    #expect(try host.attach(pod).text == answer.text)
    #expect(try host.call("DEL", pod).status == 0)
    #expect(try await host.leftovers() == [])
  }

  @Test("is noted in the log that the configuration names")
  func logged() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    let path = Value.string(host.folder.path + "/cni.log")
    let log: [Value.Member] = [.init("log_file_path", path), .init("log_level", "debug")]
    try host.attach(pod, log)
    #expect(try host.call("ADD", pod, log + [.init("mtu", 20)]).status == 0)
    #expect(try host.call("DEL", pod, log).status == 0)
    let text = host.folder.read("cni.log")
    #expect(
      text.contains("[info] ADD c-p: attached WorkloadEndpoint(web/node--1-k8s-p-eth0) with "))
    #expect(text.contains("[debug] ADD c-p: no agent listens on "))
    #expect(text.contains("[info] DEL c-p: detached WorkloadEndpoint(web/node--1-k8s-p-eth0)"))
  }

  @Test("looks in kernel and datastore as the book shows it")
  func looks() async throws {
    let host = try await Host()
    var pod = try host.pod("nginx-8586cf59-rv5gm")
    pod.container = "9f9d3f3e5b1c"
    let args: Value = [
      "labels": ["app": "nginx"],
      "ports": [["name": "http", "protocol": "TCP", "port": 80]],
    ]
    try host.attach(pod, [.init("args", args), .init("mtu", 1440)])
    #expect(
      try pod.namespace.run("ip", "route")
        == "default via 169.254.1.1 dev eth0 \n169.254.1.1 dev eth0 scope link \n")
    let routes = try host.node.run("ip", "route")
    #expect(routes.contains("\n10.65.0.0 dev cali09f9c3884e9 scope link \n"))
    let link = try host.node.run("ip", "addr", "show", "cali09f9c3884e9")
    #expect(link.contains(" mtu 1440 "))
    #expect(link.contains("link/ether ee:ee:ee:ee:ee:ee"))
    #expect(link.contains("inet6 fe80::ecee:eeff:feee:eeee/64 scope link"))
    #expect(!link.contains("tentative"))
    let inside = try pod.namespace.run("ip", "-o", "addr", "show", "eth0")
    #expect(inside.contains("inet 10.65.0.0/32 scope global eth0"))
    #expect(try pod.namespace.run("cat", "/sys/class/net/eth0/mtu") == "1440\n")
    for (name, value) in [
      ("ipv4/conf/cali09f9c3884e9/proxy_arp", "1"),
      ("ipv4/conf/cali09f9c3884e9/route_localnet", "1"),
      ("ipv4/conf/cali09f9c3884e9/forwarding", "1"),
      ("ipv4/neigh/cali09f9c3884e9/proxy_delay", "0"),
      ("ipv6/conf/cali09f9c3884e9/proxy_ndp", "1"),
      ("ipv6/conf/cali09f9c3884e9/forwarding", "1"),
      ("ipv6/conf/cali09f9c3884e9/accept_ra", "0"),
    ] {
      #expect(try host.node.run("cat", "/proc/sys/net/\(name)") == "\(value)\n", "\(name)")
    }

    let endpoint = try #require(try await host.endpoint(pod))
    #expect(endpoint.metadata.name == "node--1-k8s-nginx--8586cf59--rv5gm-eth0")
    #expect(
      endpoint.metadata.labels == [
        "app": "nginx", "projectcalico.org/namespace": "web",
        "projectcalico.org/orchestrator": "k8s",
      ])
    let mac = try pod.namespace.run("cat", "/sys/class/net/eth0/address").dropLast()
    let spec: Value = [
      "orchestrator": "k8s", "node": "node-1", "containerID": "9f9d3f3e5b1c",
      "pod": "nginx-8586cf59-rv5gm", "endpoint": "eth0", "ipNetworks": ["10.65.0.0/32"],
      "profiles": ["kns.web"], "interfaceName": "cali09f9c3884e9", "mac": .string(String(mac)),
      "ports": [["name": "http", "protocol": "TCP", "port": 80]],
    ]
    #expect(endpoint.encode()["spec"] == spec)
    let profile = try await host.store.get(Profile.self, "kns.web")
    let allow: Value = ["action": "Allow", "source": [:], "destination": [:]]
    #expect(
      profile.encode()["spec"] == [
        "ingress": [allow], "egress": [allow],
        "labelsToApply": ["pcns.projectcalico.org/name": "web"],
      ])
    let allocation = try #require(try await host.ipam.allocations().first)
    #expect(allocation.handle == "net1.9f9d3f3e5b1c")
    #expect(allocation.attributes["pod"] == "nginx-8586cf59-rv5gm")
    #expect(allocation.attributes["namespace"] == "web")
    #expect(allocation.attributes["node"] == "node-1")
  }

  @Test("has the MTU that the agent found where none is configured")
  func detectedMTU() async throws {
    let host = try await Host()
    try host.folder.write("1430\n", to: "lib/mtu")
    let pod = try host.pod("p")
    try host.attach(pod)
    #expect(try pod.namespace.run("cat", "/sys/class/net/eth0/mtu") == "1430\n")
  }

  @Test("forwards packets only where the configuration allows it")
  func forwarding() async throws {
    let host = try await Host()
    for (allowed, value) in [(true, "1\n"), (false, "0\n")] {
      let pod = try host.pod("p-\(allowed)")
      try pod.namespace.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
      try host.attach(
        pod, [.init("container_settings", ["allow_ip_forwarding": .bool(allowed)])])
      #expect(try pod.namespace.run("cat", "/proc/sys/net/ipv4/ip_forward") == value)
    }
  }

  @Test("costs two commits on a node that has a block")
  func commits() async throws {
    let host = try await Host()
    try host.attach(try host.pod("first"))
    let before = try await revision(host)
    try host.attach(try host.pod("second"))
    let after = try await revision(host)
    // Each written object counts: block and handle in one commit, the endpoint in the other.
    #expect(after - before == 3)
  }

  private func revision(_ host: Host) async throws -> Int {
    try #require(
      Int(try await host.store.list(ListQuery(.node)).revision), "a revision is a number")
  }

  private let withoutArguments: [String: String?] = ["CNI_ARGS": nil as String?]

  @Test("that is not of Kubernetes has its container's ID for a name")
  func withoutKubernetes() async throws {
    let host = try await Host()
    let pod = try host.pod("ignored", container: "0123abcd")
    let answer = try host.call("ADD", pod, variables: withoutArguments)
    #expect(answer.status == 0, "\(answer.text)")
    let endpoint = try await host.store.get(
      WorkloadEndpoint.self, "node--1-k8s-0123abcd-eth0", namespace: "default")
    #expect(endpoint.spec.profiles == ["kns.default"])
    #expect(try host.call("DEL", pod, variables: withoutArguments).status == 0)
    #expect(try await host.leftovers() == [])
  }
}
