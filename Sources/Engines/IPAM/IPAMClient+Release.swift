// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Resources

extension IPAMClient {
  /// Gives addresses back, block by block.
  public func release(_ requests: [ReleaseRequest]) async throws(IPAMError) -> ReleaseResult {
    var result = ReleaseResult()
    let places = try await transact { session throws(IPAMError) in
      try await session.blocks(holding: requests.map(\.address))
    }
    var byBlock: [CIDR: [ReleaseRequest]] = [:]
    var seen: Set<IPAddress> = []
    for request in requests where seen.insert(request.address).inserted {
      if let block = places[request.address] {
        byBlock[block, default: []].append(request)
      } else {
        result.notAssigned.append(request.address)
      }
    }
    for (cidr, requests) in byBlock.sorted(by: { $0.key < $1.key }) {
      let part = try await transact { session throws(IPAMError) in
        try await session.release(requests, in: cidr)
      }
      result.released += part.released
      result.notAssigned += part.notAssigned
      result.refused += part.refused
    }
    return result
  }

  /// Gives back all addresses that a handle holds, and removes what a stopped assignment has left
  /// of it. Returns the addresses; none, if there is no such handle.
  @discardableResult
  public func release(handle: String) async throws(IPAMError) -> [IPAddress] {
    try Self.check(handle: handle)
    return try await transact { session throws(IPAMError) in
      try await session.release(handle: handle)
    }
  }
}
