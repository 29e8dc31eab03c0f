// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import IPAM

/// Takes a container's addresses from Calico's pools: what `ipam` of the configuration says.
struct CalicoAddresses {
  private let client: IPAMClient
  private let workload: Workload
  private let namespaceLabels: [String: String]?
  private let v4: Wanted
  private let v6: Wanted

  private struct Wanted {
    var count: Int
    var pools: [String]
  }

  /// - Parameter assigns: whether the configuration must say what to assign; to release, it may be
  ///   wrong.
  init(
    _ configuration: NetworkConfiguration, _ workload: Workload, _ store: any Datastore,
    namespaceLabels: [String: String]?, assigns: Bool
  ) throws(CNIError) {
    client = IPAMClient(store: store)
    self.workload = workload
    self.namespaceLabels = namespaceLabels
    guard assigns else {
      v4 = Wanted(count: 0, pools: [])
      v6 = v4
      return
    }
    let section = try configuration.reader.map("ipam")
    v4 = Wanted(
      count: try section.bool("assign_ipv4") ?? true ? 1 : 0,
      pools: try section.strings("ipv4_pools", atMost: 64))
    v6 = Wanted(
      count: try section.bool("assign_ipv6") ?? false ? 1 : 0,
      pools: try section.strings("ipv6_pools", atMost: 64))
    guard v4.count + v6.count > 0 else {
      throw CNIError(
        .invalidConfiguration,
        "ipam.assign_ipv4 and ipam.assign_ipv6 are both false: a pod needs an address")
    }
  }

  /// One commit, unless the node needs a block first. A container that runs keeps the addresses
  /// that it has, while they are its own; else what the handle holds already counts, so an ADD that
  /// is repeated gets the same.
  func assign(present: [IPAddress]) async throws(CNIError) -> [IPAddress] {
    let handle = try await handle(holding: present)
    if !present.isEmpty {
      let held = try await addresses(handle: handle)
      if present.allSatisfy(held.contains) { return present }
    }
    let request = AutoAssignRequest(
      host: workload.node, handle: handle,
      attributes: [
        "pod": workload.pod, "namespace": workload.namespace, "node": workload.node,
        "timestamp": Moment.now,
      ],
      v4Count: v4.count, v6Count: v6.count, v4Pools: v4.pools, v6Pools: v6.pools,
      namespaceLabels: namespaceLabels, reuseExisting: true)
    do throws(IPAMError) {
      let result = try await client.autoAssign(request)
      let addresses = (result.v4.assignments + result.v6.assignments).map(\.address)
      if let failure = result.failure {
        // Of two families one may have got an address.
        if !present.isEmpty { try? await release(addresses, besides: present) }
        throw failure
      }
      return addresses
    } catch { throw CNIError(error) }
  }

  /// The handle that a container's addresses are held by: those of one that was attached by a
  /// version before may be under the ID that it gave.
  private func handle(holding present: [IPAddress]) async throws(CNIError) -> String {
    guard let former = workload.formerHandle, !present.isEmpty else { return workload.handle }
    let held = try await addresses(handle: former)
    return present.allSatisfy(held.contains) ? former : workload.handle
  }

  private func addresses(handle: String) async throws(CNIError) -> [IPAddress] {
    do throws(IPAMError) {
      return try await client.addresses(handle: handle).map(\.address)
    } catch {
      if case .unknownHandle = error { return [] }
      throw CNIError(error)
    }
  }

  /// What the container's handle holds.
  func held() async throws(CNIError) -> [IPAddress] {
    let held = try await addresses(handle: workload.handle)
    guard held.isEmpty, let former = workload.formerHandle else { return held }
    // That may be another container's too.
    var own: [IPAddress] = []
    for address in try await addresses(handle: former)
    where try await isOfThisPod(address) { own.append(address) }
    return own
  }

  private func isOfThisPod(_ address: IPAddress) async throws(CNIError) -> Bool {
    do throws(IPAMError) {
      return isOfThisPod(try await client.attributes(of: address).attributes)
    } catch {
      if case .notAssigned = error { return false }
      throw CNIError(error)
    }
  }

  func release() async throws(CNIError) {
    try await release(handle: workload.handle)
    guard let former = workload.formerHandle else { return }
    // That may be another container's too.
    try await release(addresses(handle: former)) { $0 == former }
  }

  /// Gives back those of the addresses that the container did not have before.
  func release(_ addresses: [IPAddress], besides present: [IPAddress]) async throws(CNIError) {
    try await release(addresses.filter { !present.contains($0) }, heldBy: workload.owns(handle:))
  }

  /// Gives back those of the addresses that are held under handles that `isMeant` names, and are
  /// not noted as those of another pod.
  func release(
    _ addresses: [IPAddress], heldBy isMeant: (String) -> Bool
  ) async throws(CNIError) {
    for address in addresses {
      do throws(IPAMError) {
        let holder = try await client.attributes(of: address)
        guard let handle = holder.handle, isMeant(handle), isOfThisPod(holder.attributes)
        else { continue }
        _ = try await client.release([ReleaseRequest(address, handle: handle)])
      } catch {
        if case .notAssigned = error { continue }
        throw CNIError(error)
      }
    }
  }

  private func isOfThisPod(_ attributes: [String: String]) -> Bool {
    [("pod", workload.pod), ("namespace", workload.namespace), ("node", workload.node)].allSatisfy {
      attributes[$0] == nil || attributes[$0] == $1
    }
  }

  /// Gives back what another container held under its handle.
  func release(handle: String) async throws(CNIError) {
    do throws(IPAMError) {
      try await client.release(handle: handle)
    } catch { throw CNIError(error) }
  }

  func problems(_ addresses: [IPAddress]) async throws(CNIError) -> [String] {
    let handle = try await handle(holding: addresses)
    let held = try await self.addresses(handle: handle)
    return addresses.filter { !held.contains($0) }
      .map { "the address \($0) is not assigned to the handle \(handle)" }
  }
}
