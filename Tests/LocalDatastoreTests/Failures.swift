// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Testing

/// Runs a call that must fail and gives the failure back.
func failure<R>(
  _ call: () async throws(DatastoreError) -> R, sourceLocation: SourceLocation = #_sourceLocation
) async -> DatastoreError {
  do {
    _ = try await call()
  } catch {
    return error
  }
  Issue.record("the call did not fail", sourceLocation: sourceLocation)
  return .cancelled
}
