// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
public import Testing

/// Runs a call that must fail and gives the failure back, or `otherwise` where there was none.
public func failure<R, Failure: Error>(
  otherwise: Failure, _ call: () async throws(Failure) -> R,
  sourceLocation: SourceLocation = #_sourceLocation
) async -> Failure {
  do {
    _ = try await call()
  } catch {
    return error
  }
  Issue.record("the call did not fail", sourceLocation: sourceLocation)
  return otherwise
}

/// Runs a call of a datastore that must fail and gives the failure back.
public func failure<R>(
  _ call: () async throws(DatastoreError) -> R, sourceLocation: SourceLocation = #_sourceLocation
) async -> DatastoreError {
  await failure(otherwise: .cancelled, call, sourceLocation: sourceLocation)
}
