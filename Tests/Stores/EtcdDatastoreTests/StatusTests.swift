// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import StoreRig
import Testing

@testable import EtcdDatastore

@Suite("Reports with a lease", .serialized, .timeLimit(.minutes(2))) struct StatusTests {
  @Test("stand where Calico puts them") func keys() {
    #expect(StatusKey.node("n").path == "/calico/felix/v2/no-region/host/n/status")
    #expect(
      StatusKey.lastReported(node: "n", region: "r").path
        == "/calico/felix/v2/r/host/n/last_reported_status")
    #expect(
      StatusKey.workloadEndpoint(
        node: "n", orchestrator: "k8s", workload: "ns/pod", endpoint: "eth0"
      ).path == "/calico/felix/v2/no-region/host/n/workload/k8s/ns%2fpod/endpoint/eth0")
    #expect(
      StatusKey.hostEndpoint(node: "n", name: "h").path == "/calico/felix/v1/host/n/endpoint/h")
  }

  @Test("stay while the lease is renewed, and go when it is not or is given up")
  func lease() async throws {
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(rig.options())
    let key = StatusKey.node("n")
    let lease = try await store.lease(.seconds(1))
    try await store.report(key, Array(#"{"ready":true}"#.utf8), lease: lease)
    try await store.report(.lastReported(node: "n"), Array("{}".utf8))
    for _ in 0..<4 {
      try await Task.sleep(for: .milliseconds(500))
      try await lease.renew()
      #expect(try await store.report(key) == Array(#"{"ready":true}"#.utf8))
    }
    // Without a renewal it goes in its own time.
    while try await store.report(key) != nil { try await Task.sleep(for: .milliseconds(50)) }
    #expect(try await store.report(.lastReported(node: "n")) == Array("{}".utf8))
    await #expect(throws: DatastoreError.self) { try await lease.renew() }
    try await lease.revoke()
    let another = try await store.lease(.seconds(60))
    try await store.report(key, Array("{}".utf8), lease: another)
    try await another.revoke()
    #expect(try await store.report(key) == nil)
    await store.close()
  }

  @Test("keep their time when the server is away") func restart() async throws {
    let rig = try await EtcdRig()
    let store = try await EtcdDatastore.open(rig.options())
    let key = StatusKey.node("n")
    let lease = try await store.lease(.seconds(3))
    try await store.report(key, Array("{}".utf8), lease: lease)
    try await rig.server.restart()
    try await lease.renew()
    #expect(try await store.report(key) != nil)
    while try await store.report(key) != nil { try await Task.sleep(for: .milliseconds(50)) }
    await store.close()
  }
}
