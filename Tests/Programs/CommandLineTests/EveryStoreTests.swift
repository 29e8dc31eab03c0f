// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import StoresUnderTest
import TestSupport
import Testing

@Suite("On every datastore the same", .serialized, .timeLimit(.minutes(5)))
struct EveryStoreTests {
  /// Runs a body with a person who works on an empty store.
  private func withDesk(
    _ subject: StoreUnderTest, _ body: (Desk, any Datastore) async throws -> Void
  ) async throws {
    try await subject.withEmpty { store in
      var desk = Desk()
      desk.open = subject.openAgain
      try await body(desk, store)
    }
  }

  @Test(
    "what cannot be read is named beside the others, and deleted by its name",
    arguments: StoreUnderTest.all)
  func unreadable(subject: StoreUnderTest) async throws {
    try await withDesk(subject) { desk, store in
      for name in ["a", "b", "c"] { _ = try await store.create(GlobalNetworkSet(name: name)) }
      try await subject.spoil("b")
      let list = await desk.run("get", "globalnetworksets")
      #expect(list.code == 1)
      #expect(list.output == lines("NAME   ", "a      ", "c      ", ""))
      let start =
        "failed to get resources: [datastore error: GlobalNetworkSet(b) cannot be read: "
      #expect(list.error.hasPrefix(start) && list.error.hasSuffix("]\n"), "\(list.error)")
      #expect(list.error.split(separator: "\n").count == 1)
      #expect(await desk.run("get", "globalnetworkset", "a", "b", "c") == list)
      let yaml = await desk.run("get", "globalnetworksets", "-oyaml")
      #expect(yaml.error == list.error && yaml.code == 1)
      #expect(yaml.output.contains("name: a\n") && yaml.output.contains("name: c\n"))

      let manifest = """
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkSet
        metadata: {name: b}
        """
      let applied = await desk.run("apply", "-f", "-", input: manifest)
      #expect(applied.code == 1 && applied.error.contains("GlobalNetworkSet(b) cannot be read"))
      #expect(
        await desk.run("delete", "globalnetworkset", "b")
          == .init(output: "Successfully deleted 1 'GlobalNetworkSet' resource(s)\n"))
      #expect(
        await desk.run("get", "globalnetworksets")
          == .init(output: lines("NAME   ", "a      ", "c      ", "")))

      // A file that names it will do too.
      #expect(await desk.run("apply", "-f", "-", input: manifest).code == 0)
      try await subject.spoil("b")
      #expect(await desk.run("delete", "-f", "-", input: manifest).code == 0)
      #expect(
        await desk.run("delete", "globalnetworkset", "b").error
          == "failed to delete 'GlobalNetworkSet' resource: "
          + "[resource does not exist: GlobalNetworkSet(b)]\n")
    }
  }

  @Test(
    "a policy keeps the name that it was made with, with the tier's or without",
    arguments: StoreUnderTest.all)
  func names(subject: StoreUnderTest) async throws {
    try await withDesk(subject) { desk, _ in
      func manifest(_ name: String, _ order: Int) -> String {
        """
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: \(name)}
        spec: {order: \(order)}
        """
      }
      for (stored, written) in [("default.web", "web"), ("db", "default.db")] {
        #expect(await desk.run("apply", "-f", "-", input: manifest(stored, 1)).code == 0)
        for verb in ["apply", "replace"] {
          #expect(await desk.run(verb, "-f", "-", input: manifest(written, 2)).code == 0)
          for name in [stored, written] {
            let shown = await desk.run("get", "gnp", name, "-oyaml").output
            #expect(shown.contains("  name: \(stored)\n") && shown.contains("order: 2"), "\(shown)")
          }
        }
      }
      let table = await desk.run("get", "gnp").output
      #expect(
        table
          == lines(
            "NAME          TIER      ", "db            default   ", "default.web   default   ", ""))
      #expect(await desk.run("delete", "gnp", "web", "default.db").code == 0)
    }
  }

  @Test(
    "deleting a node takes all that was the node's, as often as it has to be begun",
    arguments: [StoreUnderTest.local, .etcd])
  func nodes(subject: StoreUnderTest) async throws {
    try await withDesk(subject) { desk, store in
      let ipam = IPAMClient(store: store)
      func make(_ node: String, _ number: Int) async throws {
        _ = try await store.create(Node(name: node))
        var endpoint = WorkloadEndpoint(name: "\(node)-k8s-a-eth0", namespace: "web")
        endpoint.spec.node = node
        // The second is no address of Calico's, and the third is another node's by now.
        endpoint.spec.ipNetworks = ["10.1.\(number).1/32", "192.0.2.1/32", "10.1.9.9/32"]
        _ = try await store.create(endpoint)
        for (ip, handle) in [
          ("10.1.\(number).1", "pod-\(node)"), ("10.1.\(number).2", "ipip-tunnel-addr-\(node)"),
        ] {
          _ = try await ipam.assign(
            try #require(IPAddress(ip)), host: node, handle: handle, attributes: ["node": node])
        }
        var host = HostEndpoint(name: "\(node)-eth0")
        host.spec.node = node
        _ = try await store.create(host)
        var peer = BGPPeer(name: "\(node)-peer")
        peer.spec.node = node
        _ = try await store.create(peer)
        _ = try await store.create(FelixConfiguration(name: "node.\(node)"))
        _ = try await store.create(BGPConfiguration(name: "node.\(node)"))
      }
      _ = try await store.create(IPPool(name: "p", spec: IPPoolSpec(cidr: "10.1.0.0/16")))
      try await make("n1", 0)
      try await make("n2", 1)
      _ = try await ipam.assign(
        try #require(IPAddress("10.1.9.9")), host: "n3", handle: "other", attributes: ["node": "n3"]
      )

      // Ended after each of its writes, and begun again.
      var ended = 0
      for writes in 0..<100 {
        var cut = desk
        cut.wrap = { CuttingStore.wrap($0, after: writes) }
        if await cut.run("delete", "node", "n1").code == 0 { break }
        ended += 1
        #expect(await desk.run("get", "node", "n1").code == 0)
      }
      #expect(ended > 3 && ended < 99)
      for kind in [
        Kind.node, .workloadEndpoint, .hostEndpoint, .bgpPeer, .felixConfiguration,
        .bgpConfiguration, .blockAffinity,
      ] {
        let left = try await store.list(ListQuery(kind)).items.map { "\($0.key)" }
        #expect(!left.contains { $0.contains("n1") }, "\(left)")
        #expect(left.contains { $0.contains("n2") }, "\(kind): \(left)")
      }
      let held = try await ipam.allocations().map(\.handle)
      #expect(Set(held) == ["pod-n2", "ipip-tunnel-addr-n2", "other"])
    }
  }
}
