// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Logging
import Netlink
import PolicyModel
import Telemetry
import TestSupport
import Testing

@testable import Dataplane

@Suite("The table in the kernel", .serialized, .needsRoot)
struct TableTests {
  @Test("lists, loads again and lists the same")
  func listing() async throws {
    let namespace = try TestNamespace()
    let dataplane = try namespace.dataplane()
    try await dataplane.start()
    _ = await dataplane.apply(Example.changes)
    let text = try namespace.run("nft", "list", "table", "inet", "calico")
    let other = try TestNamespace()
    try other.run(["nft", "-f", "-"], input: text)
    let again = try other.run("nft", "list", "table", "inet", "calico")
    #expect(SnapshotTests.settled(again) == SnapshotTests.settled(text))
  }

  @Test("is left alone by a refresh when nobody touched it")
  func quietRefresh() async throws {
    let namespace = try TestNamespace()
    let registry = MetricsRegistry()
    let dataplane = try namespace.dataplane(metrics: registry)
    try await dataplane.start()
    _ = await dataplane.apply(Example.changes)
    _ = await dataplane.refreshPolicy()
    #expect(registry.text().contains("felix_nft_repairs 0"))
  }
}

enum Example {
  static let sel = IPSetID("s:frontend")
  static let np = PolicyID(kind: .networkPolicy, namespace: "shop", name: "allow-tcp-6379")
  static let gnp = PolicyID(kind: .globalNetworkPolicy, name: "security.pass-some")

  static var changes: [DesiredChange] {
    func net(_ text: String) -> CIDR { CIDR(text) ?? CIDR(host: IPAddress(v4: 0)) }
    var source = DesiredMatch()
    source.names.sets = [sel]
    var destination = DesiredMatch()
    destination.ports = [PortRange(6379)]
    var nets = DesiredMatch()
    nets.nets = [net("10.0.0.0/8"), net("172.16.0.0/12"), net("192.168.7.0/25")]
    nets.notNets = [net("10.9.0.0/16")]
    var ports = DesiredMatch()
    ports.ports = [PortRange(80), PortRange(first: 8000, last: 8100) ?? PortRange(1)]
    ports.notPorts = [PortRange(8050)]
    ports.names.namedPortSets = [IPSetID("n:http")]
    var not = DesiredMatch()
    not.names.notSets = [sel]
    return [
      .set(
        sel,
        DesiredSet(
          type: .nets, comment: "app == \"frontend\"",
          members: [
            .net(net("10.65.0.1/32")), .net(net("10.65.0.2/32")), .net(net("10.66.0.0/16")),
            .net(net("10.66.1.0/24")), .net(net("fd00::1/128")),
          ])),
      .set(
        IPSetID("n:http"),
        DesiredSet(
          type: .ports, comment: "port http of all()",
          members: [.port(IPAddress(v4: 0x0a41_0002), .tcp, 8080)])),
      .policy(
        np,
        DesiredPolicy(
          tier: "default",
          ingress: [
            DesiredRule(.allow, transport: .tcp, source: source, destination: destination),
            DesiredRule(.log, family: .v4),
            DesiredRule(.deny, transport: .udp, source: nets, destination: ports),
            DesiredRule(.allow, transport: .icmp, icmp: ICMPMatch(type: 8, code: 0)),
            DesiredRule(.deny, transport: .icmpv6, notICMP: ICMPMatch(type: 128)),
            DesiredRule(.deny, source: not),
          ], egress: [DesiredRule(.allow)])),
      .policy(
        gnp,
        DesiredPolicy(
          tier: "security",
          ingress: [
            DesiredRule(.pass, notTransport: .sctp, source: source), DesiredRule(.deny),
          ])),
      .profile(
        "kns.shop",
        DesiredProfile(ingress: [DesiredRule(.allow)], egress: [DesiredRule(.allow)])),
      .endpoint(
        "shop/n1-k8s-db-eth0",
        DesiredEndpoint(
          interfaceName: "cali0123456789a", ipv4Nets: [net("10.65.0.9/32")],
          tiers: DesiredTiers(normal: [
            DesiredTier(name: "security", ingress: [gnp], defaultAction: .pass),
            DesiredTier(name: "default", ingress: [np], egress: [np]),
          ]), profiles: ["kns.shop"])),
      .endpoint(
        "shop/n1-k8s-web-eth0",
        DesiredEndpoint(
          interfaceName: "cali0123456789b", ipv4Nets: [net("10.65.0.2/32")],
          profiles: ["kns.shop", "missing:profile"])),
      .pool(net("10.65.0.0/16"), DesiredPool(masquerade: true)),
      .pool(net("10.66.0.0/16"), DesiredPool(masquerade: false)),
      .inSync,
    ]
  }
}
