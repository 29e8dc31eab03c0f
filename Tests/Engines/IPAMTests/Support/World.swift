// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import Synchronization
import TestSupport
import Testing

/// A clock that stands until it is moved on.
final class TestClock: Sendable {
  private let time = Mutex<Int64>(1_790_000_000_000)

  var clock: WallClock { WallClock { self.time.withLock { $0 } } }
  func advance(seconds: Int64) { time.withLock { $0 += seconds * 1000 } }
}

/// A store with pools, and a client of it.
struct World: Sendable {
  let store: any Datastore
  let time = TestClock()
  var reserved = CIDRSet()

  var ipam: IPAMClient { client(on: store) }

  init(atomic: Bool, pools: [IPPool] = [World.pool("10.0.0.0/24")]) async throws {
    try await self.init(MemoryDatastore(commitsAtomically: atomic), pools: pools)
  }

  init(_ store: any Datastore, pools: [IPPool]) async throws {
    self.store = store
    for pool in pools { _ = try await store.created(pool) }
  }

  func client(on store: any Datastore) -> IPAMClient {
    IPAMClient(store: store, clock: time.clock, reserved: reserved, retryPause: { _ in })
  }

  /// A pool named after its CIDR, with blocks of 4 addresses unless said otherwise.
  static func pool(
    _ cidr: String, blockSize: Int? = nil, _ change: (inout IPPoolSpec) -> Void = { _ in }
  ) -> IPPool {
    var spec = IPPoolSpec(cidr: cidr)
    spec.blockSize = blockSize ?? (cidr.contains(":") ? 126 : 30)
    change(&spec)
    let name = String(cidr.map { $0.isLetter || $0.isNumber ? $0 : "-" })
    return IPPool(name: "pool-" + name, spec: spec)
  }

  /// Takes away what is no record of who holds what, so that the store may serve another world.
  func close() async throws {
    for pool in try await store.all(IPPool.self) { try await store.delete(pool.key, revision: nil) }
    for stored in try await store.all(IPAMConfiguration.self) {
      try await store.delete(stored.key, revision: nil)
    }
  }

  func addNode(_ name: String, labels: [String: String] = [:]) async throws {
    _ = try await store.created(Node(metadata: Metadata(name: name, labels: labels)))
  }

  func change(_ pool: String, _ change: (inout IPPoolSpec) -> Void) async throws {
    let pools = try await store.all(IPPool.self)
    var found = try #require(pools.first { $0.spec.cidr == pool })
    change(&found.spec)
    _ = try await store.updated(found)
  }

  func setStrict() async throws {
    try await ipam.updateConfiguration { $0.strictAffinity = true }
  }

  /// Assigns and expects to get all; the addresses in order of assignment.
  @discardableResult
  func take(_ count: Int = 1, on host: String, _ handle: String) async throws -> [IPAddress] {
    let request = AutoAssignRequest(
      host: host, handle: handle, attributes: ["node": host], v4Count: count)
    let result = try await ipam.autoAssign(request)
    if let failure = result.failure { throw failure }
    return result.v4.assignments.map(\.address)
  }

  func blocks() async throws -> [IPAMBlock] { try await store.all(IPAMBlock.self) }

  func block(_ cidr: String) async throws -> IPAMBlock {
    try #require(try await blocks().first { $0.spec.cidr == cidr })
  }

  /// The blocks of a host by their records of affinity.
  func affinities(_ host: String) async throws -> [String] {
    try await store.all(BlockAffinity.self).filter { $0.spec.node == host }.map(\.spec.cidr)
      .sorted()
  }

  func expectClean(_ location: SourceLocation = #_sourceLocation) async throws {
    let problems = try await Checker(store).problems
    #expect(problems == [], sourceLocation: location)
  }
}

/// Expects that the body throws an error of IPAM with this text.
func expectError(
  _ text: String, _ location: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Void
) async {
  do {
    try await body()
    Issue.record("no error; expected: \(text)", sourceLocation: location)
  } catch {
    #expect("\(error)" == text, sourceLocation: location)
  }
}

func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(v4: 0) }
func cidr(_ text: String) -> CIDR { CIDR(text) ?? CIDR(host: IPAddress(v4: 0)) }
