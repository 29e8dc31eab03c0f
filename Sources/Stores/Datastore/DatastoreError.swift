// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources
import ValueTree

/// What a store answers when it does not do what was asked (compatibility §1.9).
public enum DatastoreError: Error, Sendable, CustomStringConvertible {
  case doesNotExist(ResourceKey)
  case alreadyExists(ResourceKey)
  /// The stored revision is not the one that the write was based on.
  case updateConflict(ResourceKey)
  case validation([FieldProblem])
  case notSupported(operation: String, key: ResourceKey, reason: String)
  case missingIdentifier(String)
  case unauthorized(String)
  /// The watch cannot go on; list again.
  case watchTerminated(String)
  /// The store cannot be reached or failed; trying again later may work.
  case unavailable(String)
  /// What is stored under the key cannot be read. It can be deleted.
  case unreadable(MalformedObject)
  /// The store answered what cannot be understood, or refused for good.
  case failed(String)
  case cancelled

  public var description: String {
    switch self {
    case .doesNotExist(let key):
      return "resource does not exist: \(key)"
    case .alreadyExists(let key):
      return "resource already exists: \(key)"
    case .updateConflict(let key):
      return "update conflict: \(key)"
    case .validation(let problems):
      if problems.count == 1, let only = problems.first { return "error with field \(only)" }
      return "error with the following fields:\n"
        + problems.map { "-  \($0)" }.joined(separator: "\n")
    case .notSupported(let operation, let key, let reason):
      return "operation \(operation) is not supported on \(key): \(reason)"
    case .missingIdentifier(let name):
      return "insufficient identifiers, missing \(name.quoted)"
    case .unauthorized(let detail):
      return "connection is unauthorized: \(detail)"
    case .watchTerminated(let reason):
      return "watch terminated: \(reason)"
    case .unavailable(let detail):
      return "datastore is not available: \(detail)"
    case .unreadable(let object):
      return "datastore error: \(object)"
    case .failed(let detail):
      return "datastore error: \(detail)"
    case .cancelled:
      return "cancelled"
    }
  }

  /// Whether the write lost a race and may succeed when it is computed anew from a fresh read.
  public var isConflict: Bool {
    switch self {
    case .updateConflict, .alreadyExists, .doesNotExist: true
    default: false
    }
  }
}
