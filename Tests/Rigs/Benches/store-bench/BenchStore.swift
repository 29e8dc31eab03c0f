// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import StoreAccess

/// The datastore that the environment configures.
enum BenchStore {
  static func open() async throws -> any Datastore {
    try await DatastoreConfiguration.read().open(durability: .processCrash)
  }

  static func kind(_ word: String) throws -> Kind {
    guard let kind = Kind(rawValue: word) else {
      throw DatastoreError.failed("'\(word)' is no kind")
    }
    return kind
  }
}
