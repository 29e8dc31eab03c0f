// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM
import Resources
import ValueTree

/// Compares what IPAM has given out with what nodes and workloads use.
///
/// The lists are read one after the other: while pods come and go, an address may be reported that
/// is right a moment later.
struct IPAMCheck {
  private(set) var text = "Checking IPAM for inconsistencies...\n\n"
  private(set) var problems = 0
  private let listsAll: Bool
  private let listsProblems: Bool

  /// - Parameters:
  ///   - listsAll: whether every address that is given out or used is named.
  ///   - listsProblems: whether every address with a problem is.
  init(listsAll: Bool, listsProblems: Bool) {
    self.listsAll = listsAll
    self.listsProblems = listsProblems
  }

  mutating func run(_ store: any Datastore) async throws {
    say("Loading all IPAM blocks...")
    let blocks = try await store.all(IPAMBlock.self)
    say("Found \(blocks.count) IPAM blocks.")
    let allocations = try await IPAMClient(store: store).allocations()
    say("IPAM blocks record \(allocations.count) allocations.\n")
    say("Loading all IPAM pools...")
    let pools = try await store.all(IPPool.self)
    for pool in pools { say("  \(pool.spec.cidr.onOneLine)") }
    say("Found \(pools.count) IP pools.\n")
    say("Loading all nodes.")
    let tunnels = try await store.all(Node.self).flatMap(Self.tunnelAddresses)
    say("Found \(tunnels.count) node tunnel IPs.\n")
    say("Loading all workload endpoints.")
    let workloads = try await store.all(WorkloadEndpoint.self).flatMap { endpoint in
      endpoint.spec.ipNetworks.compactMap { CIDR($0)?.first }
    }
    let used = Set(tunnels + workloads)
    say("Found \(workloads.count) workload IPs.\n")

    let held = Set(allocations.map(\.address))
    if listsAll {
      for allocation in allocations {
        say("  \(allocation.address) held by \(allocation.handle?.onOneLine ?? "<none>")")
      }
      for address in used.sorted() { say("  \(address) in use") }
    }
    say("Scanning for IPs that are allocated but not actually in use...")
    let idle = allocations.filter { !used.contains($0.address) }
    found(
      idle.map { "\($0.address) held by \($0.handle ?? "<none>")" },
      "IPs that are allocated in IPAM but not actually in use.")
    say("Scanning for IPs that are in use by a workload or node but not allocated in IPAM...")
    let ranges = pools.compactMap(\.spec.network)
    let stray = used.subtracting(held).sorted()
    let (inside, outside) = (
      stray.filter { address in ranges.contains { $0.contains(address) } },
      stray.filter { address in !ranges.contains { $0.contains(address) } }
    )
    found(outside.map(\.description), "in-use IPs that are not in IP pools.")
    found(
      inside.map(\.description),
      "in-use IPs that are in IP pools but have no corresponding IPAM allocation.")
    try await checkHandles(store, Set(allocations.compactMap(\.handle)))
    say("Check complete; found \(problems) problems.")
  }

  private mutating func checkHandles(_ store: any Datastore, _ held: Set<String>) async throws {
    let handles = Set(
      try await store.all(IPAMHandle.self).filter { !$0.spec.deleted }.map(\.spec.handleID))
    say("Scanning for IPAM handles with no matching IPs...")
    found(handles.subtracting(held).sorted(), "handles with no matching IPs.")
    say("Scanning for IPs with missing handle...")
    found(
      held.subtracting(handles).sorted(),
      "handles mentioned in blocks with no matching handle resource.")
  }

  private mutating func say(_ line: String) { text += line + "\n" }

  private mutating func found(_ items: [String], _ what: String) {
    problems += items.count
    if listsProblems || listsAll { for item in items { say("  \(item.onOneLine)") } }
    say("Found \(items.count) \(what)\n")
  }

  private static func tunnelAddresses(_ node: Node) -> [IPAddress] {
    [
      node.spec.bgp?.ipv4IPIPTunnelAddr, node.spec.ipv4VXLANTunnelAddr,
      node.spec.ipv6VXLANTunnelAddr, node.spec.wireguard?.interfaceIPv4Address,
      node.spec.wireguard?.interfaceIPv6Address,
    ].compactMap { $0.flatMap { IPAddress($0) } }
  }
}
