// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import StoreRig
import TestSupport
import Testing

@testable import KubernetesDatastore

/// On a real API server, whose names are in lower case: two such handles would be one object.
@Suite("Handles that differ in letter case only") struct HandleCaseTests {
  @Test("are refused, and the one that is there keeps its addresses")
  func refused() async throws {
    let store = try await KubernetesServer.shared().store()
    let spec = IPPoolSpec(cidr: "10.231.7.0/26")
    let pool = try await store.created(IPPool(name: unique("letter-case"), spec: spec))
    let ipam = IPAMClient(store: store)
    let first = try #require(IPAddress("10.231.7.1"))
    let second = try #require(IPAddress("10.231.7.2"))
    let cidr = try #require(CIDR(spec.cidr))
    let handle = "Net.\(unique("POD"))"
    let other = handle.lowercased()
    let host = unique("host")

    _ = try await ipam.assign(first, host: host, handle: handle)
    await expectRefusal(of: other) {
      _ = try await ipam.assign(second, host: host, handle: other)
    }
    var request = AutoAssignRequest(host: host, handle: other, v4Count: 1)
    request.v4Pools = [spec.cidr]
    await expectRefusal(of: other) {
      _ = try await ipam.autoAssign(request)
    }
    // It is not there, so to give it back changes nothing.
    #expect(try await ipam.release(handle: other) == [])
    let all = try await ipam.allocations().filter { cidr.contains($0.address) }
    #expect(all.map(\.address) == [first] && all.map(\.handle) == [handle])

    #expect(try await ipam.release(handle: handle) == [first])
    _ = try await ipam.assign(second, host: host, handle: other)
    #expect(try await ipam.release(handle: other) == [second])
    try await ipam.releaseHostAffinities(host)
    try await store.delete(pool.key, revision: nil)
    await store.close()
  }

  private func expectRefusal(of handle: String, _ call: () async throws -> Void) async {
    await #expect {
      try await call()
    } throws: { error in
      guard case .invalidHandle(handle) = error as? IPAMError else { return false }
      return "\(error)".contains("differ from other handles by more than letter case")
    }
  }
}
