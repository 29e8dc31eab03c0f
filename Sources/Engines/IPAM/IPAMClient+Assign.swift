// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Resources

extension IPAMClient {
  /// Assigns addresses of pools that are meant for the host and the use: first from blocks that
  /// the host has, then from new ones, then (without strict affinity) from those of others.
  ///
  /// There may be fewer than asked for: see the result's `failure`. Errors, of which nothing was
  /// assigned: `noPools`, `poolNotUsable`, `invalidRequest`, `invalidHost`, `invalidHandle`. After
  /// any other error release the handle.
  public func autoAssign(_ request: AutoAssignRequest) async throws(IPAMError) -> AutoAssignResult {
    try Self.check(host: request.host)
    try Self.check(handle: request.handle)
    let limit = AutoAssignRequest.countLimit
    for (family, count) in [(4, request.v4Count), (6, request.v6Count)]
    where !(0...limit).contains(count) {
      throw .invalidRequest(
        "the number of IPv\(family) addresses must be in 0...\(limit), is \(count)")
    }
    let salt = UInt64(bitPattern: clock.now())
    return try await transact { session throws(IPAMError) in
      try await session.autoAssign(request, salt: salt)
    }
  }

  /// Assigns one address of a pool. If its block does not exist yet, the host claims it.
  ///
  /// - Parameter reuseExisting: whether it is no error that the handle holds the address already.
  ///
  /// Errors: `notInPool`, `alreadyAssigned`, `blockOfAnotherHost` (with strict affinity).
  public func assign(
    _ address: IPAddress, host: String, handle: String, attributes: [String: String] = [:],
    reuseExisting: Bool = false
  ) async throws(IPAMError) -> Assignment {
    try Self.check(host: host)
    try Self.check(handle: handle)
    let holder = AllocationAttribute(handleID: handle, secondary: attributes)
    return try await transact { session throws(IPAMError) in
      try await session.assign(address, host: host, to: holder, reuseExisting: reuseExisting)
    }
  }
}
