// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoresUnderTest
import Testing

/// What every store must do, whichever it is.
enum DatastoreConformance {
  /// One promise of the contract, kept by a fresh, empty store.
  struct Check: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var run: @Sendable (any Datastore, StoreUnderTest) async throws -> Void

    init(_ promise: String, _ run: @escaping @Sendable (any Datastore) async throws -> Void) {
      testDescription = promise
      self.run = { store, _ in try await run(store) }
    }

    /// For a check that must know what the store cannot do.
    init(
      _ promise: String,
      knowing run: @escaping @Sendable (any Datastore, StoreUnderTest) async throws -> Void
    ) {
      testDescription = promise
      self.run = run
    }
  }

  static let checks = writes + reads + watches + kinds

  /// Says of an error in a few words what it is.
  static func shape(_ error: DatastoreError) -> String {
    switch error {
    case .doesNotExist(let key): "does not exist: \(key)"
    case .alreadyExists(let key): "already exists: \(key)"
    case .updateConflict(let key): "conflict: \(key)"
    case .validation: "validation"
    case .missingIdentifier(let name): "missing \(name)"
    case .watchTerminated: "watch terminated"
    case .notSupported: "not supported"
    case .unauthorized: "unauthorized"
    case .unavailable: "unavailable"
    case .unreadable(let object): "unreadable: \(object.key)"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }
}
