// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import Datastore
import ValueTree

/// Why an operation on addresses did not do what was asked.
public enum IPAMError: Error, Sendable, CustomStringConvertible {
  /// No enabled pool is meant for this host (or namespace, or use).
  case noPools(host: String)
  /// A pool that was asked for by name or CIDR cannot be used.
  case poolNotUsable(String)
  /// The host has as many blocks as it may, and may not borrow.
  case blockLimit(Int)
  /// Fewer addresses were assigned than asked for. Those that were stay assigned.
  case partial(assigned: Int, requested: Int, family: IPFamily, messages: [String])
  /// No pool contains the address.
  case notInPool(IPAddress)
  case alreadyAssigned(IPAddress, handle: String?)
  case notAssigned(IPAddress)
  /// With strict affinity, an address of a block that is not the host's.
  case blockOfAnotherHost(IPAddress, block: CIDR, owner: String?)
  /// The address is held under another handle than the caller says.
  case badHandle(IPAddress, expected: String, found: String?)
  /// The address was assigned anew since the caller looked.
  case badSequenceNumber(IPAddress, expected: Int, found: Int?)
  /// Two handle IDs that the store cannot tell apart, or one that is empty or too long.
  case invalidHandle(String)
  case invalidHost(String)
  case unknownHandle(String)
  /// The block is not empty, so its affinity stays.
  case blockNotEmpty(CIDR)
  /// The block belongs to another host.
  case blockClaimed(CIDR, owner: String?)
  /// The CIDR is not a block of any pool.
  case notABlock(CIDR)
  case noSuchPool(CIDR)
  case invalidRequest(String)
  case invalidConfiguration(String)
  /// A stored object that contradicts itself; nothing is assigned from it.
  case malformed(String)
  /// Every one of that many attempts lost against another writer.
  case tooManyConflicts(Int)
  case datastore(DatastoreError)

  public var description: String {
    switch self {
    case .noPools(let host):
      return "no configured Calico pools for host:\(host.onOneLine)"
    case .poolNotUsable(let pool):
      return "the given pool (\(pool.onOneLine)) does not exist, or is not enabled"
    case .blockLimit(let limit):
      return Self.blockLimitMessage(limit)
    case .partial(let assigned, let requested, let family, let messages):
      let head =
        "Assigned \(assigned) out of \(requested) requested IPv\(family.rawValue) addresses"
      return ([head] + messages).joined(separator: "; ")
    case .notInPool(let address):
      return "the provided IP address \(address) is not in a configured pool"
    case .alreadyAssigned(let address, let handle):
      return "IP address \(address) is already assigned" + Self.suffix("handle", handle)
    case .notAssigned(let address):
      return "IP address \(address) is not assigned"
    case .blockOfAnotherHost(let address, let block, let owner):
      return "IP address \(address) is in block \(block) of another host and strict affinity is "
        + "enabled" + Self.suffix("owner", owner)
    case .badHandle(let address, let expected, let found):
      return "IP address \(address) is not held by handle \(expected.onOneLine)"
        + Self.suffix("handle", found)
    case .badSequenceNumber(let address, let expected, let found):
      return "IP address \(address) has not sequence number \(expected)"
        + Self.suffix("found", found.map(String.init))
    case .invalidHandle(let handle):
      return
        "handle \(handle.quoted) cannot be used: it must be 1 to \(Names.limit) characters "
        + "long and differ from other handles by more than letter case"
    case .invalidHost(let host):
      return
        "host name \(host.quoted) cannot be used: it must be 1 to \(Names.limit) characters "
        + "long"
    case .unknownHandle(let handle):
      return "there is no handle \(handle.quoted)"
    case .blockNotEmpty(let block):
      return "block \(block) is not empty"
    case .blockClaimed(let block, let owner):
      return "block \(block) is claimed by another host" + Self.suffix("owner", owner)
    case .notABlock(let cidr):
      return "\(cidr) is not a block of a configured pool"
    case .noSuchPool(let cidr):
      return "there is no pool \(cidr)"
    case .invalidRequest(let reason), .invalidConfiguration(let reason), .malformed(let reason):
      return reason
    case .tooManyConflicts(let attempts):
      return "gave up after \(attempts) attempts: other writers changed the data each time"
    case .datastore(let error):
      return error.description
    }
  }

  static func blockLimitMessage(_ limit: Int) -> String {
    "Need to allocate an IPAM block but could not - limit of \(limit) blocks reached for this node"
  }

  private static func suffix(_ name: String, _ value: String?) -> String {
    value.map { " (\(name): \($0.onOneLine))" } ?? ""
  }
}
