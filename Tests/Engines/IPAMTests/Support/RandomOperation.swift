// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import IPAM
import TestSupport

/// One thing that somebody may do at any time.
enum RandomOperation: Sendable {
  case add(AutoAssignRequest)
  case ask(IPAddress, host: String, handle: String)
  case delete(handle: String)
  case release([IPAddress], handle: String)
  case ensureBlock(host: String)
  case claim(CIDR, host: String)
  case leave(host: String, mustBeEmpty: Bool)
  case leavePool(CIDR)
  case leaveBlock(CIDR)

  static let hosts = ["a", "b", "c"]

  static func random(_ generator: inout SplitMix64, _ world: RandomWorld) -> RandomOperation {
    let host = hosts[generator.below(hosts.count)]
    let handle = world.handle(&generator)
    let known = world.held.keys.sorted()
    let block = cidr("10.0.0.\(4 * generator.below(4))/30")
    switch generator.below(100) {
    case 0..<45:
      return .add(
        AutoAssignRequest(
          host: host, handle: handle, attributes: ["node": host], v4Count: generator.below(4),
          v6Count: generator.below(3), reuseExisting: generator.chance(50)))
    case 45..<55:
      return .ask(ip("10.0.0.\(generator.below(16))"), host: host, handle: handle)
    case 55..<70: return .delete(handle: handle)
    case 70..<80:
      guard !known.isEmpty, let owner = world.held[known[generator.below(known.count)]] else {
        return .delete(handle: handle)
      }
      let all = known.filter { world.held[$0] == owner }
      return .release(all.filter { _ in generator.chance(60) }, handle: owner)
    case 80..<85: return .ensureBlock(host: host)
    case 85..<88: return .claim(block, host: host)
    case 88..<94: return .leave(host: host, mustBeEmpty: generator.chance(50))
    case 94..<96: return .leavePool(cidr("10.0.0.0/28"))
    default: return .leaveBlock(block)
    }
  }

  /// What it may assign or release under.
  var handle: String? {
    switch self {
    case .add(let request): request.handle
    case .ask(_, _, let handle), .delete(let handle), .release(_, let handle): handle
    default: nil
    }
  }

  struct Outcome: Sendable {
    var assigned: [IPAddress] = []
    var released: [IPAddress] = []
    var wasKilled = false
    /// An error that must not be.
    var unexpected: String?
  }

  func run(_ ipam: IPAMClient) async -> Outcome {
    var outcome = Outcome()
    do throws(IPAMError) {
      switch self {
      case .add(let request):
        let result = try await ipam.autoAssign(request)
        outcome.assigned = (result.v4.assignments + result.v6.assignments).map(\.address)
      case .ask(let address, let host, let handle):
        let made = try await ipam.assign(
          address, host: host, handle: handle, reuseExisting: true)
        outcome.assigned = [made.address]
      case .delete(let handle): outcome.released = try await ipam.release(handle: handle)
      case .release(let addresses, let handle):
        let requests = addresses.map { ReleaseRequest($0, handle: handle) }
        outcome.released = try await ipam.release(requests).released
      case .ensureBlock(let host): _ = try await ipam.ensureBlock(host: host)
      case .claim(let block, let host): _ = try await ipam.claimAffinity(block, host: host)
      case .leave(let host, let mustBeEmpty):
        try await ipam.releaseHostAffinities(host, mustBeEmpty: mustBeEmpty)
      case .leavePool(let pool): try await ipam.releasePoolAffinities(pool)
      case .leaveBlock(let block): try await ipam.releaseBlockAffinity(block, mustBeEmpty: true)
      }
    } catch {
      switch error {
      case .alreadyAssigned, .blockOfAnotherHost, .blockNotEmpty, .noPools: break
      case .datastore(let error) where "\(error)" == "\(Killer.error)": outcome.wasKilled = true
      default: outcome.unexpected = "\(error)"
      }
    }
    return outcome
  }
}
