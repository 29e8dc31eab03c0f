// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Glibc
import HostSystem
import LocalDatastore
import NodeAgent
import Resources
import TestSupport
import Testing

@Suite("Starting a node")
struct NodeStartupTests {
  static func environment(_ folder: Folder, _ more: [String: String] = [:]) -> [String: String] {
    [
      "NODENAME": "n1", "IP": "10.0.0.5/24", "CALICO_LIB_DIR": folder.path + "/lib",
      "CALICO_RUN_DIR": folder.path + "/run", "CALICO_IPV4POOL_CIDR": "10.1.0.0/16",
    ].merging(more) { $1 }
  }

  static func start(
    _ store: any Datastore, _ environment: [String: String]
  ) async throws -> Node {
    let configuration = try NodeConfiguration(environment: environment, hostName: "host")
    let startup = NodeStartup(store: store, configuration: configuration, version: "v9") { _ in }
    return try await startup.run(interfaces: [], sourceTowards: { _ in nil })
  }

  @Test("makes what every cluster has, the node, its name file and its first block")
  func everything() async throws {
    let folder = try Folder()
    let store = try await LocalDatastore.open(
      path: folder.path + "/ds.db", durability: .processCrash)
    let node = try await Self.start(store, Self.environment(folder, ["AS": "1.2"]))
    #expect(node.spec.bgp?.ipv4Address == "10.0.0.5/24")
    #expect(node.spec.bgp?.asNumber?.value == 65538)
    #expect(try folder.read("lib/nodename") == "n1")
    let tiers = try await store.all(Tier.self).map(\.metadata.name)
    #expect(tiers == ["default", "kube-admin", "kube-baseline"])
    let cluster = try await store.get(ClusterInformation.self, "default")
    #expect(cluster.spec.calicoVersion == "v9")
    #expect(cluster.spec.clusterType == "bgp")
    #expect(cluster.spec.datastoreReady == true)
    #expect(cluster.spec.clusterGUID.count == 32)
    let pool = try await store.get(IPPool.self, "default-ipv4-ippool")
    #expect(pool.spec.cidr == "10.1.0.0/16")
    #expect(pool.spec.natOutgoing)
    #expect(try await store.all(IPAMBlock.self).count == 1)
    await store.close()
  }

  @Test("changes nothing when it runs again")
  func again() async throws {
    let folder = try Folder()
    let store = try await LocalDatastore.open(
      path: folder.path + "/ds.db", durability: .processCrash)
    let first = try await Self.start(store, Self.environment(folder))
    let revision = try await store.list(ListQuery(.node)).revision
    let second = try await Self.start(store, Self.environment(folder))
    #expect(first.metadata.resourceVersion == second.metadata.resourceVersion)
    #expect(try await store.list(ListQuery(.node)).revision == revision)
    await store.close()
  }

  @Test("writes nothing while the datastore is locked for a migration")
  func locked() async throws {
    let folder = try Folder()
    let store = try await LocalDatastore.open(
      path: folder.path + "/ds.db", durability: .processCrash)
    try await store.setLocked(true)
    let revision = try await store.list(ListQuery(.tier)).revision
    await #expect(throws: StartupError.datastoreLocked) {
      _ = try await Self.start(store, Self.environment(folder))
    }
    #expect(try await store.list(ListQuery(.tier)).revision == revision)
    #expect("\(StartupError.datastoreLocked)".contains("calicoctl datastore migrate unlock"))
    try await store.setLocked(false)
    _ = try await Self.start(store, Self.environment(folder))
    await store.close()
  }

  @Test("leaves the pools alone when there is one, or when told to")
  func pools() async throws {
    let folder = try Folder()
    let store = try await LocalDatastore.open(
      path: folder.path + "/ds.db", durability: .processCrash)
    _ = try await Self.start(store, Self.environment(folder, ["NO_DEFAULT_POOLS": "true"]))
    #expect(try await store.all(IPPool.self).isEmpty)
    _ = try await store.create(IPPool(name: "mine", spec: IPPoolSpec(cidr: "10.7.0.0/16")))
    _ = try await Self.start(store, Self.environment(folder))
    #expect(try await store.all(IPPool.self).map(\.metadata.name) == ["mine"])
    await store.close()
  }

  @Test("refuses an address that another node has, unless told not to look")
  func conflict() async throws {
    let folder = try Folder()
    let store = try await LocalDatastore.open(
      path: folder.path + "/ds.db", durability: .processCrash)
    _ = try await Self.start(store, Self.environment(folder))
    let other = Self.environment(folder, ["NODENAME": "n2"])
    await #expect(throws: StartupError.addressConflict(address: "10.0.0.5", node: "n1")) {
      _ = try await Self.start(store, other)
    }
    let careless = other.merging(["DISABLE_NODE_IP_CHECK": "true"]) { $1 }
    _ = try await Self.start(store, careless)
    await store.close()
  }

  @Test("says which method found no address, and what to set", arguments: ["IP", "IP6"])
  func noAddress(_ variable: String) async throws {
    let folder = try Folder()
    let store = try await LocalDatastore.open(
      path: folder.path + "/ds.db", durability: .processCrash)
    let environment = Self.environment(
      folder, [variable: "autodetect", "\(variable)_AUTODETECTION_METHOD": "interface=ens.*,eth9"])
    await #expect {
      _ = try await Self.start(store, environment)
    } throws: { error in
      "\(error)".contains("with the method interface=ens.*,eth9: set \(variable) ")
    }
    await store.close()
  }
}

/// A folder that goes with its owner.
final class Folder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/calico-agent-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw SystemCallError("mkdtemp", code: errno)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func read(_ name: String) throws -> String {
    guard let file = fopen(path + "/" + name, "r") else {
      throw SystemCallError("fopen", name, code: errno)
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  deinit {
    let task = popen("rm -rf '\(path)'", "r")
    if let task { pclose(task) }
  }
}
