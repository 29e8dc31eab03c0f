// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Datastore
public import HostSystem

/// Why a node cannot start.
public enum StartupError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A setting's value cannot be understood.
  case badValue(name: String, value: String, allowed: String)
  /// What variables together describe cannot be; with their common beginning.
  case contradiction(names: String, reason: String)
  /// No address was found by the method.
  case noAddress(family: IPFamily, method: String)
  /// Another node has this address already.
  case addressConflict(address: String, node: String)
  /// A file or folder cannot be used.
  case file(SystemCallError)
  /// The datastore failed.
  case datastore(String)
  /// The datastore cannot be reached, or does not let us in; trying again later may work.
  case datastoreUnavailable(String)
  /// The datastore is locked for a migration: nothing may be written until that is over.
  case datastoreLocked
  /// The kernel refused.
  case kernel(String)

  /// A server that comes up knows the rights of its users only after a while, and an operator may
  /// give them later: what is forbidden may be allowed at the next attempt.
  init(_ error: DatastoreError) {
    switch error {
    case .unavailable, .unauthorized: self = .datastoreUnavailable("\(error)")
    default: self = .datastore("\(error)")
    }
  }

  public var description: String {
    switch self {
    case .badValue(let name, let value, let allowed):
      "\(name) = '\(value)' is not valid: allowed is \(allowed)"
    case .contradiction(let names, let reason):
      "\(names) are not valid together: \(reason)"
    case .noAddress(let family, let method):
      "no IPv\(family.rawValue) address found with the method \(method): set "
        + (family == .v4
          ? "IP or IP_AUTODETECTION_METHOD" : "IP6 (none for no IPv6) or IP6_AUTODETECTION_METHOD")
    case .addressConflict(let address, let node):
      "the address \(address) is in use by node \(node): "
        + "set IP, or DISABLE_NODE_IP_CHECK=true if that node is gone"
    case .file(let error):
      "\(error)"
    case .datastore(let reason), .datastoreUnavailable(let reason):
      reason
    case .datastoreLocked:
      "the datastore is \(LockNotice.reason)"
    case .kernel(let reason):
      reason
    }
  }
}
