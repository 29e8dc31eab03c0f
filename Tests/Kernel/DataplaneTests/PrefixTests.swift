// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import Netlink
import TestSupport
import Testing

@testable import Dataplane

@Suite("Interface prefixes", .needsRoot)
struct PrefixTests {
  private static let pod = DesiredEndpoint(
    interfaceName: "tappod", ipv4Nets: [net("10.65.0.9")])

  private func host() throws -> Host {
    let host = try Host()
    try host.script("ip link add tappod type veth peer name tapeth; ip link set tappod up")
    return host
  }

  private func table(_ host: Host) throws -> String {
    try host.namespace.run("nft", "list", "table", "inet", "calico")
  }

  @Test("that come after the first table are those of what follows, and of the table at once")
  func late() async throws {
    let host = try host()
    let dataplane = try host.namespace.dataplane(DataplaneConfiguration())
    try await dataplane.start()
    #expect(try !table(host).contains("tap*"))
    var configuration = DataplaneConfiguration(interfacePrefixes: ["tap", "eth"])
    var status = await dataplane.configure(configuration)
    #expect(status.interfacePrefixes == ["tap"])
    #expect(status.problems.count == 1 && status.problems[0].contains("eth0"))
    // Nobody's packets pass before the first whole state is known.
    #expect(try table(host).contains("tap*") && !table(host).contains("cali*"))
    status = await dataplane.apply([.endpoint("ns/pod", Self.pod), .inSync])
    #expect(status.pending == [:])
    #expect(try host.dispatched().contains("tappod"))
    // From here on they stay, whatever is said of them.
    configuration.interfacePrefixes = ["cali"]
    #expect(await dataplane.configure(configuration).interfacePrefixes == ["tap"])
    #expect(try host.dispatched().contains("tappod"))
  }

  @Test("that come late leave the table of the agent before in force")
  func takeover() async throws {
    let host = try host()
    let configuration = DataplaneConfiguration(interfacePrefixes: ["tap"])
    let first = try host.namespace.dataplane(configuration)
    try await first.start()
    _ = await first.apply([.endpoint("ns/pod", Self.pod), .inSync])
    let before = try table(host)
    let second = try host.namespace.dataplane(DataplaneConfiguration())
    try await second.start()
    _ = await second.configure(configuration)
    #expect(try table(host) == before)
    let status = await second.apply([.endpoint("ns/pod", Self.pod), .inSync])
    #expect(status.interfacePrefixes == ["tap"] && status.pending == [:])
    #expect(try host.dispatched().contains("tappod"))
  }

  @Test("that change after a look decide anew what is the host's")
  func changed() throws {
    let host = try host()
    // As an agent before this one has left it.
    try host.script("ip route add 10.65.0.9/32 dev tappod")
    let context = try host.context(
      RouteSocket(in: NetworkNamespace(name: host.namespace.name)))
    context.apply(.endpoint("ns/pod", Self.pod))
    _ = context.look()
    #expect(context.refused["ns/pod"]?.contains("begins with none of the prefixes cali") == true)
    #expect(context.own.addresses.keys.contains(Self.pod.ipv4Nets[0].address))
    context.configure(DataplaneConfiguration(interfacePrefixes: ["tap"]))
    #expect(context.look() == ["tappod"])
    #expect(context.refused == [:])
    #expect(!context.own.addresses.keys.contains(Self.pod.ipv4Nets[0].address))
  }
}
