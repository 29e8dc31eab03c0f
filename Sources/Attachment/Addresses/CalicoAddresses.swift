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

  /// One commit, unless the node needs a block first. What the handle holds already counts, so a
  /// repeated ADD gets the same.
  func assign() async throws(CNIError) -> [IPAddress] {
    let request = AutoAssignRequest(
      host: workload.node, handle: workload.handle,
      attributes: [
        "pod": workload.pod, "namespace": workload.namespace, "node": workload.node,
        "timestamp": Moment.now,
      ],
      v4Count: v4.count, v6Count: v6.count, v4Pools: v4.pools, v6Pools: v6.pools,
      namespaceLabels: namespaceLabels, reuseExisting: true)
    do throws(IPAMError) {
      let result = try await client.autoAssign(request)
      if let failure = result.failure { throw failure }
      return (result.v4.assignments + result.v6.assignments).map(\.address)
    } catch { throw CNIError(error) }
  }

  func release() async throws(CNIError) {
    do throws(IPAMError) {
      try await client.release(handle: workload.handle)
    } catch { throw CNIError(error) }
  }

  /// Gives back those of the addresses that are held under handles that `isMeant` names.
  func release(
    _ addresses: [IPAddress], heldBy isMeant: (String) -> Bool
  ) async throws(CNIError) {
    for address in addresses {
      do throws(IPAMError) {
        let holder = try await client.attributes(of: address).handle
        guard let holder, isMeant(holder) else { continue }
        _ = try await client.release([ReleaseRequest(address, handle: holder)])
      } catch {
        if case .notAssigned = error { continue }
        throw CNIError(error)
      }
    }
  }

  /// Gives back what another container held under its handle.
  func release(handle: String) async throws(CNIError) {
    do throws(IPAMError) {
      try await client.release(handle: handle)
    } catch { throw CNIError(error) }
  }

  func problems(_ addresses: [IPAddress]) async throws(CNIError) -> [String] {
    var held: [IPAddress] = []
    do throws(IPAMError) {
      held = try await client.addresses(handle: workload.handle).map(\.address)
    } catch {
      guard case .unknownHandle = error else { throw CNIError(error) }
    }
    return addresses.filter { !held.contains($0) }
      .map { "the address \($0) is not assigned to the handle \(workload.handle)" }
  }
}
