// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Attachment
import Datastore
import Glibc
import IPAM
import LocalDatastore
import Resources
import TestSupport
import Testing
import ValueTree

@Suite("A second interface of a pod", .needsRoot)
struct TwoInterfacesTests {
  private func host() async throws -> Host {
    let host = try await Host(pools: Host.pools)
    try host.node.run("ip", "addr", "add", "2001:db8::1/128", "dev", "up0", "nodad")
    // What is answered by the wrong interface is dropped.
    try host.node.run(
      "sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1", "net.ipv4.conf.default.rp_filter=1")
    return host
  }

  /// What of the pod is not the second interface's.
  private func rest(_ pod: Host.Pod) throws -> [String] {
    let text = try pod.namespace.run(
      "sh", "-ec",
      """
      cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/eth0/disable_ipv6
      ip route show table main; ip -6 route show table main
      ip neigh show nud permanent; ip -o addr show dev eth0
      """)
    return text.settled.split(separator: "\n").map(String.init).filter { !$0.contains("net1") }
  }

  @Test("has its own names, addresses and routes, and changes nothing of the first one")
  func second() async throws {
    let host = try await host()
    let first = try host.pod("p", container: "c")
    try host.attach(
      first, Host.both + [.init("container_settings", ["allow_ip_forwarding": true])])
    let picture = try await host.picture(first)
    let inside = try rest(first)
    let second = first.with("net1")
    let answer = try host.attach(second, Host.both)
    #expect(try await host.picture(first) == picture)
    #expect(try rest(first) == inside)
    // Not even a route to its own network in the main table, but the kernel's for IPv6.
    let routes = try first.namespace.run("ip", "route", "show", "dev", "net1")
    #expect(routes == "")
    #expect(!(try first.namespace.run("ip", "-6", "route", "show", "dev", "net1")).contains("via"))

    let endpoint = try #require(try await host.endpoint(second))
    #expect(endpoint.metadata.name == "node--1-k8s-p-net1")
    #expect(endpoint.spec.endpoint == "net1")
    #expect(endpoint.spec.ipNetworks == ["10.65.0.1/32", "fd00:65::1/128"])
    let (one, two) = (
      try #require(try await host.endpoint(first)).spec.interfaceName, endpoint.spec.interfaceName
    )
    #expect(one != two)
    #expect(answer.value["interfaces"]?.array?.first?["name"] == .string(two))
    #expect(try host.node.run("ip", "route").contains("10.65.0.1 dev \(two) scope link"))
    #expect(try await host.held().count == 4)

    // Each answers by the interface that was asked, and asks by the one that it is told.
    for address in ["10.65.0.0", "10.65.0.1", "fd00:65::", "fd00:65::1"] {
      try host.ping(address)
    }
    let other = try host.pod("q")
    try host.attach(other, Host.both)
    let before = try received(host, [one, two])
    for source in ["10.65.0.1", "fd00:65::1"] {
      let target =
        source.contains(":") ? ["2001:db8::1", "fd00:65::2"] : ["192.0.2.1", "10.65.0.2"]
      for address in target { try first.ping(address, from: source) }
    }
    let after = try received(host, [one, two])
    #expect(after[1] - before[1] >= 4)
    try other.ping("10.65.0.1")
    try first.ping("10.65.0.2")
    #expect(try received(host, [one])[0] > after[0])
  }

  private func received(_ host: Host, _ links: [String]) throws -> [Int] {
    try links.map { link in
      try #require(
        Int(
          try host.node.run("cat", "/sys/class/net/\(link)/statistics/rx_packets").dropLast()))
    }
  }

  @Test("is checked, repeated and repaired on its own")
  func checked() async throws {
    let host = try await host()
    let first = try host.pod("p", container: "c")
    let second = first.with("net1")
    let results = [
      (first, try host.attach(first, Host.both)), (second, try host.attach(second, Host.both)),
    ]
    let picture = try await host.picture(first)
    let link = try #require(try await host.endpoint(second)).spec.interfaceName
    func check(_ pod: Host.Pod, _ answer: Host.Answer) throws -> Host.Answer {
      try host.call("CHECK", pod, Host.both + [.init("prevResult", answer.value)])
    }
    for (pod, answer) in results {
      let checked = try check(pod, answer)
      #expect(checked.status == 0, "\(checked.text)")
      let kernel = try host.kernelSnapshot(first)
      #expect(try host.attach(pod, Host.both).text == answer.text)
      #expect(try host.kernelSnapshot(first) == kernel)
    }
    let rule = "there is no rule for packets from 10.65.0.1/32 in \(first.namespace.path)"
    let table = try #require(
      try first.namespace.run("ip", "rule").split(separator: "\n")
        .first { $0.contains("from 10.65.0.1 ") }?.split(separator: " ").last)
    let damages: [(String, String)] = [
      ("pod ip rule del from 10.65.0.1", rule),
      (
        "pod ip route flush dev net1 table \(table)",
        "there is no route to 0.0.0.0/0 via 169.254.1.1"
      ),
      ("pod ip addr del 10.65.0.1/32 dev net1", "net1 has not the address 10.65.0.1/32"),
      ("host ip link set \(link) down", "\(link) is down"),
      ("host ip route del 10.65.0.1", "there is no route to 10.65.0.1/32 on the host"),
      ("host ip link del \(link)", "there is no interface net1 in"),
    ]
    for (words, message) in damages {
      let parts = words.split(separator: " ").map(String.init)
      try (parts[0] == "pod" ? first.namespace : host.node).run(Array(parts.dropFirst()))
      let checked = try check(second, results[1].1)
      #expect(checked.code == 104, "\(words): \(checked.text)")
      #expect(checked.message.contains(message), "\(words): \(checked.message)")
      #expect(try check(first, results[0].1).status == 0, "\(words)")
      #expect(try host.attach(second, Host.both).text == results[1].1.text, "\(words)")
      try first.ping("192.0.2.1", from: "10.65.0.1")
      #expect(try check(second, results[1].1).status == 0, "\(words)")
    }
    #expect(try await host.picture(first) == picture)
  }

  @Test("goes and leaves the first one alone, and the reverse", arguments: ["eth0", "net1"])
  func deleted(interface: String) async throws {
    let host = try await host()
    let kernel = try host.kernelSnapshot()
    let first = try host.pod("p", container: "c")
    let answers = try ["eth0", "net1"].map { try host.attach(first.with($0), Host.both) }
    let gone = first.with(interface)
    let stays = first.with(interface == "eth0" ? "net1" : "eth0")
    let picture = try await host.picture(stays)
    for _ in 0..<2 {
      #expect(try host.call("DEL", gone, Host.both).status == 0)
      #expect(try await host.picture(stays) == picture)
    }
    #expect(try await host.endpoint(gone) == nil)
    #expect(try await host.held().count == 2)
    #expect(!(try first.namespace.run("ip", "link").contains(interface)))
    if interface == "net1" {
      #expect(!(try first.namespace.run("ip", "rule").contains("32000")))
      try first.ping()
    }
    let answer = answers[interface == "eth0" ? 1 : 0]
    let checked = try host.call(
      "CHECK", stays, Host.both + [.init("prevResult", answer.value)])
    #expect(checked.status == 0, "\(checked.text)")
    // And comes again, as it was.
    try host.attach(gone, Host.both)
    #expect(try await host.picture(stays) == picture)
    try first.ping()
    for pod in [stays, gone] { #expect(try host.call("DEL", pod, Host.both).status == 0) }
    #expect(try await host.leftovers() == [])
    #expect(try host.kernelSnapshot() == kernel)
    #expect(try first.namespace.run("ip", "rule").split(separator: "\n").count == 3)
    #expect(!(try first.namespace.run("ip", "-6", "rule")).contains("32000"))
  }

  @Test("leaves the default route with whoever had it, also another plugin's interface")
  func foreignFirst() async throws {
    let host = try await host()
    let pod = try host.pod("p").with("net1")
    try pod.namespace.run(
      "sh", "-ec",
      """
      ip link add eth0 type veth peer name far0
      ip link set eth0 up; ip link set far0 up
      ip addr add 198.51.100.2/24 dev eth0; ip route add default via 198.51.100.1
      """)
    let routes = try pod.namespace.run("ip", "route")
    try host.attach(pod)
    #expect(try pod.namespace.run("ip", "route") == routes)
    try host.ping("10.65.0.0")
    #expect(try host.call("DEL", pod).status == 0)
    #expect(try pod.namespace.run("ip", "route") == routes)
    #expect(try await host.leftovers() == [])
  }

  @Test("has the default route of the families in which nobody has one", arguments: ["4", "6"])
  func families(foreign: String) async throws {
    let host = try await host()
    let pod = try host.pod("p").with("net1")
    try pod.namespace.run(
      "sh", "-ec",
      """
      ip link add eth0 type veth peer name far0
      ip link set eth0 up; ip link set far0 up
      if [ \(foreign) = 4 ]; then
        ip addr add 198.51.100.2/24 dev eth0; ip route add default via 198.51.100.1
      else
        ip addr add 2001:db8:9::2/64 dev eth0 nodad; ip -6 route add default via 2001:db8:9::1
      fi
      """)
    let answer = try host.attach(pod, Host.both)
    let (other, ours) = foreign == "4" ? ("6", "4") : ("4", "6")
    let main = try pod.namespace.run("ip", "-\(other)", "route", "show", "default")
    #expect(main.contains(" dev net1"), "\(main)")
    #expect(!(try pod.namespace.run("ip", "-\(ours)", "route", "show", "default")).contains("net1"))
    for (family, count) in [(other, 0), (ours, 1)] {
      let rules = try pod.namespace.run("ip", "-\(family)", "rule").split(separator: "\n")
      #expect(rules.filter { $0.hasPrefix("32000:") }.count == count)
    }
    for address in ["10.65.0.0", "fd00:65::"] { try host.ping(address) }
    try pod.ping(foreign == "4" ? "2001:db8::1" : "192.0.2.1")
    let kernel = try host.kernelSnapshot(pod)
    #expect(try host.attach(pod, Host.both).text == answer.text)
    #expect(try host.kernelSnapshot(pod) == kernel)
    let checked = try host.call("CHECK", pod, Host.both + [.init("prevResult", answer.value)])
    #expect(checked.status == 0, "\(checked.text)")
    // Anew, it is what it was.
    try host.node.run("ip", "link", "delete", try host.podLinks()[0])
    #expect(try host.attach(pod, Host.both).text == answer.text)
    try pod.ping(foreign == "4" ? "2001:db8::1" : "192.0.2.1")
    #expect(try host.call("DEL", pod, Host.both).status == 0)
    #expect(!(try pod.namespace.run("ip", "rule")).contains("32000"))
    #expect(!(try pod.namespace.run("ip", "-6", "rule")).contains("32000"))
    #expect(try await host.leftovers() == [])
  }

  @Test("is repaired without its rules being away for a moment")
  func rulesStay() async throws {
    let host = try await host()
    let pod = try host.pod("p")
    try host.attach(pod, Host.both)
    let second = pod.with("net1")
    let answer = try host.attach(second, Host.both)
    try pod.namespace.run("ip", "addr", "del", "10.65.0.1/32", "dev", "net1")
    // One of ours that leads elsewhere does go.
    try pod.namespace.run(
      "ip", "rule", "add", "from", "10.65.0.1", "lookup", "\(0xca11_0000 | 7)", "pref", "32000")
    let path = host.folder.path + "/monitor"
    try pod.namespace.run(
      "sh", "-ec", "ip monitor rule </dev/null >\(path) 2>&1 & echo $! >\(path)-id")
    defer { _ = try? host.node.run("sh", "-c", "kill $(cat \(path)-id)") }
    /// Waits until the monitor has said what comes before this moment.
    func see(_ priority: Int) throws {
      try pod.namespace.run(
        "sh", "-ec",
        """
        n=0
        until grep -q "^\(priority):" \(path); do
          ip rule add pref \(priority) lookup 7777 2>/dev/null || ip rule del pref \(priority)
          sleep 0.02; n=$((n + 1)); [ $n -lt 1000 ]
        done
        """)
    }
    try see(31001)
    #expect(try host.attach(second, Host.both).text == answer.text)
    try see(31002)
    let said = host.folder.read("monitor").split(separator: "\n").filter { $0.contains("32000:") }
    #expect(said.count == 1 && said[0].contains("Deleted"), "\(said)")
    try pod.ping("192.0.2.1", from: "10.65.0.1")
  }

  @Test("that fails, at whatever step, leaves the first one alone and no rule behind")
  func failing() async throws {
    let host = try await host()
    let first = try host.pod("p", container: "c")
    try host.attach(first, Host.both)
    let picture = try await host.picture(first)
    let kernel = try host.kernelSnapshot(first)
    let rules = try first.namespace.run("ip", "rule")
    let second = first.with("net1")
    for step in Step.ofAdd where ![.tellAgent, .answer].contains(step) {
      for variable in ["CALICO_CNI_FAIL_AT", "CALICO_CNI_KILL_AT"] {
        let answer = try host.call(
          "ADD", second, Host.both, variables: [variable: step.rawValue])
        #expect(answer.status == (variable.contains("KILL") ? 128 + SIGKILL : 1))
        #expect(try await host.picture(first) == picture)
        if variable.contains("FAIL") { #expect(try first.namespace.run("ip", "rule") == rules) }
        #expect(try host.call("DEL", second, Host.both).status == 0)
        #expect(try first.namespace.run("ip", "rule") == rules)
        #expect(try host.kernelSnapshot(first) == kernel)
        #expect(try await host.held().count == 2)
      }
    }
    let address = try #require(try host.attach(second, Host.both).address?.prefix { $0 != "/" })
    try first.ping("192.0.2.1", from: String(address))
  }

  @Test("of a new container takes over from that of the old one")
  func replaced() async throws {
    let host = try await host()
    let old = try host.pod("p", container: "old")
    let new = try host.pod("p", container: "new")
    for pod in [old, old.with("net1"), new, new.with("net1")] { try host.attach(pod, Host.both) }
    #expect(try host.podLinks().count == 2)
    let pictures = [try await host.picture(new), try await host.picture(new.with("net1"))]
    for interface in ["net1", "eth0"] {
      #expect(try host.call("DEL", old.with(interface), Host.both).status == 0)
    }
    #expect(
      [try await host.picture(new), try await host.picture(new.with("net1"))] == pictures)
    try new.ping()
    let second = try #require(try await host.endpoint(new.with("net1")))
    let address = try #require(second.spec.ipNetworks.first?.prefix { $0 != "/" })
    try host.ping(String(address))
    #expect(try await host.held().count == 4)
  }
}
