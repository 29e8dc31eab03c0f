// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Attachment
import CSQLite
import Datastore
import IPAM
import LocalDatastore
import Resources
import TestSupport
import Testing
import ValueTree

@Suite("A call that cannot be done", .needsRoot)
struct ErrorTests {
  @Test(
    "says why in the form of the specification, and changes nothing",
    arguments: [BadCall.environment, BadCall.configuration])
  func refused(calls: [BadCall]) async throws {
    let host = try await Host()
    try host.attach(try host.pod("other"))
    let pod = try host.pod("p")
    let kernel = try host.kernelSnapshot(pod)
    let store = Self.settled(try await host.storeSnapshot())
    for bad in calls {
      let answer = try host.call(
        bad.command, pod, bad.changes, input: bad.input, variables: bad.variables)
      #expect(answer.status == 1, "\(bad.name)")
      #expect(answer.code == bad.code, "\(bad.name): \(answer.text)")
      #expect(answer.value["cniVersion"] == bad.version, "\(bad.name)")
      let expected = bad.message.replacing("<netns>", with: pod.namespace.path)
        .replacing("<bin>", with: host.folder.path + "/bin")
      if let cut = expected.firstIndex(of: "<") {
        // The rest is in the words of the kernel or of another library.
        #expect(answer.message.hasPrefix(expected[..<cut]), "\(bad.name): \(answer.message)")
        #expect(answer.message.count > expected[..<cut].count, "\(bad.name)")
      } else {
        #expect(answer.message == expected, "\(bad.name)")
      }
      let changes = try host.kernelSnapshot(pod).difference(from: kernel)
      #expect(changes.isEmpty, "\(bad.name): \(changes)")
      #expect(Self.settled(try await host.storeSnapshot()) == store, "\(bad.name)")
    }
  }

  /// A block counts its writes, and an address that was given back goes to the end of the queue.
  private static func settled(_ store: [String]) -> [String] {
    store.filter { !$0.contains(#""kind":"IPAMBlock""#) }
  }

  @Test("without a pool, or with a full one, says so and leaves nothing")
  func noAddress() async throws {
    let host = try await Host(pools: [])
    let pod = try host.pod("p")
    let none = try host.call("ADD", pod)
    #expect(none.code == 101)
    #expect(none.message == "no configured Calico pools for host:node-1")
    var pool = IPPool(name: "small")
    pool.spec.cidr = "10.66.0.0/32"
    pool.spec.blockSize = 32
    _ = try await host.store.create(pool)
    var six = IPPool(name: "six")
    six.spec.cidr = "fd00:66::/122"
    six.spec.blockSize = 122
    _ = try await host.store.create(six)
    let both = [Value.Member("ipam", ["type": "calico-ipam", "assign_ipv6": true])]
    try host.attach(try host.pod("first"), both)
    let kernel = try host.kernelSnapshot(pod)
    let full = try host.call("ADD", pod, both)
    #expect(full.code == 102)
    #expect(full.message.hasPrefix("Assigned 0 out of 1 requested IPv4 addresses"))
    let changes = try host.kernelSnapshot(pod).difference(from: kernel)
    #expect(changes.isEmpty, "\(changes)")
    // Not even the IPv6 address that it could have had.
    #expect(try await host.ipam.allocations().count == 2)
    #expect(try await host.endpoint(pod) == nil)
    #expect(try await host.store.list(ListQuery(.ipamHandle)).items.count == 1)
  }

  @Test("because the datastore is locked for a migration says so")
  func notReady() async throws {
    let host = try await Host()
    var cluster = ClusterInformation(name: "default")
    cluster.spec.datastoreReady = false
    _ = try await host.store.create(cluster)
    let answer = try host.call("ADD", try host.pod("p"))
    #expect(answer.code == 11)
    #expect(answer.message == "Calico is currently not ready to process requests")
    #expect(try await host.leftovers() == [])
  }

  @Test("halfway takes back what it has done, and a pod that was attached before stays")
  func halfway() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    // The kernel refuses the link, after the address was assigned.
    let kernel = try host.kernelSnapshot(pod)
    let refused = try host.call("ADD", pod, [.init("mtu", 20)])
    #expect(refused.code == 100)
    #expect(refused.value["details"] == nil)
    #expect(try host.kernelSnapshot(pod) == kernel)
    #expect(try await host.leftovers() == [])

    try host.attach(pod)
    let name = try #require(try await host.endpoint(pod)).spec.interfaceName
    try host.node.run("ip", "link", "delete", name)
    #expect(try host.call("ADD", pod, [.init("mtu", 20)]).code == 100)
    #expect(try await host.endpoint(pod) != nil)
    #expect(try await host.ipam.allocations().map { "\($0.address)" } == ["10.65.0.1"])
  }

  @Test("because another process holds the datastore says so in time, and leaves nothing")
  func lockedDatastore() async throws {
    let host = try await Host()
    let pod = try host.pod("p")
    let kernel = try host.kernelSnapshot(pod)
    var connection: OpaquePointer?
    try #require(sqlite3_open(host.storePath, &connection) == SQLITE_OK)
    defer { sqlite3_close(connection) }
    try #require(sqlite3_exec(connection, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK)
    let answer = try host.call("ADD", pod)
    #expect(answer.code == 11)
    #expect(answer.value["details"] == nil)
    try #require(sqlite3_exec(connection, "ROLLBACK", nil, nil, nil) == SQLITE_OK)
    #expect(try host.kernelSnapshot(pod) == kernel)
    #expect(try await host.leftovers() == [])
  }

  /// The plugin's own code, with what no runtime would send.
  @Test("because of rubbish never ends in anything but an error")
  func rubbish() async throws {
    var dice = SplitMix64(for: "rubbish for the plugin")
    let host = try await Host()
    let pod = try host.pod("p")
    let good = Array(
      JSON.encode(
        host.configuration([
          .init("args", ["labels": ["a": "b"], "ports": [["name": "p", "port": 1]]]),
          .init("nodename", "n"), .init("mtu", 1500),
          .init("prevResult", ["ips": [["address": "1.2.3.4/32", "interface": 0]]]),
        ])
      ).utf8)
    for _ in 0..<500 {
      var bytes = good
      for _ in 0...Int.random(in: 0..<4, using: &dice) {
        let at = Int.random(in: 0..<bytes.count, using: &dice)
        switch Int.random(in: 0..<3, using: &dice) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &dice)
        case 1: bytes.remove(at: at)
        default: bytes.insert(good.randomElement(using: &dice) ?? 0, at: at)
        }
      }
      var variables = host.environment(["ADD", "CHECK"].randomElement(using: &dice) ?? "", pod)
      variables["CNI_NETNS"] = "/run/netns/catgone"
      let output = await Plugin(role: .network, environment: variables).run { _ in bytes }
      #expect(output.status == 1)
      #expect((output.value?["code"]?.int ?? 0) > 0)
      #expect(output.value?["msg"]?.string?.isEmpty == false)
    }
  }
}
