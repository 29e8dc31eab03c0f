// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import HostSystem
import Resources
import StoreRig
import TestSupport
import Testing

@testable import EtcdDatastore

@Suite("Servers found by SRV records", .serialized, .timeLimit(.minutes(2))) struct DiscoveryTests {
  /// A real DNS server with some records.
  private final class Names {
    let port: UInt16
    private let folder: RigFolder
    private let process: ServerProcess

    init(_ records: [String]) async throws {
      folder = try RigFolder("names")
      port = try RigPort.free()
      process = try ServerProcess(
        .init(
          [
            "/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv",
            "--no-hosts", "--port=\(port)", "--listen-address=127.0.0.1", "--bind-interfaces",
            "--user=root", "--pid-file=\(folder.file("pid"))", "--local=/example.com/",
          ] + records, log: folder.file("log"), folder: folder.path))
      // It binds its port before it reads its first question; a question before that is lost.
      try await Task.sleep(for: .milliseconds(300))
      #expect(process.isRunning, "\(process.lastWords())")
    }

    var options: EtcdDatastore.Options {
      var options = EtcdDatastore.Options(endpoints: [])
      options.discoveryDomain = "example.com"
      options.nameServers = ["127.0.0.1:\(port)"]
      return options
    }
  }

  @Test("are asked, those with TLS before those without, by priority") func records() async throws {
    let names = try await Names([
      "--srv-host=_etcd-client-ssl._tcp.example.com,b.example.com,2379,20,0",
      "--srv-host=_etcd-client-ssl._tcp.example.com,a.example.com,2380,10,0",
      "--srv-host=_etcd-client._tcp.example.com,c.example.com,2379,1,0",
    ])
    let found = try await ServiceDiscovery(names.options).endpoints(of: "example.com")
    #expect(
      found.map(\.description) == ["https://a.example.com:2380", "https://b.example.com:2379"])
  }

  @Test("are used like those that were given") func use() async throws {
    let rig = try await EtcdRig()
    let names = try await Names([
      "--srv-host=_etcd-client._tcp.example.com,localhost,\(rig.server.port),1,0"
    ])
    let store = try await EtcdDatastore.open(names.options)
    _ = try await store.create(sample("a"))
    #expect(try await store.all(GlobalNetworkSet.self).count == 1)
    await store.close()
  }

  @Test("are missed with a message that says what was asked for") func nothing() async throws {
    let names = try await Names([])
    let none = await failure { () throws(DatastoreError) in
      try await EtcdDatastore.open(names.options)
    }
    #expect("\(none)".contains("example.com has no SRV records of etcd"), "\(none)")
    var bad = names.options
    bad.discoveryDomain = "a..b"
    let domain = await failure { () throws(DatastoreError) in try await EtcdDatastore.open(bad) }
    #expect("\(domain)".contains("'a..b' is no domain"), "\(domain)")
    var silent = names.options
    silent.nameServers = ["127.0.0.1:1"]
    let nobody = await failure { () throws(DatastoreError) in
      try await EtcdDatastore.open(silent)
    }
    #expect("\(nobody)".contains("no answer about _etcd-client-ssl._tcp.example.com"), "\(nobody)")
  }

  @Test("are read from whatever bytes come") func garbage() throws {
    let seed = SplitMix64.seed(for: "answers of name servers")
    var random = SplitMix64(seed: seed)
    let query = try #require(ServiceQuery(name: "_etcd-client._tcp.example.com", id: 7))
    // A right answer: the question's bytes as an answer with one record, whose name is a pointer.
    var answer = Array(query.bytes.dropLast(11))
    answer[2] = 0x81
    answer[7] = 1
    answer[11] = 0
    answer += [0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 10]
    answer += [0, 1, 0, 2, 0x09, 0x4b, 1, 0x61, 0xc0, 30]
    let right = query.records(of: answer)
    #expect(right?.map(\.port) == [2379] && right?.map(\.priority) == [1])
    for _ in 0..<20_000 {
      var bytes = answer
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
      for record in query.records(of: bytes) ?? [] { #expect(record.target.utf8.count < 10_000) }
    }
    #expect(ServiceQuery(name: String(repeating: "a", count: 64), id: 1) == nil)
    #expect(ServiceQuery(name: String(repeating: "a.", count: 130) + "a", id: 1) == nil)
  }
}
