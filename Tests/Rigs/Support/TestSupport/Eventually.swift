// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Testing

/// Waits until something holds; whether it came to that. A test that waits in vain for so long fails
/// here, instead of waiting for ever.
@discardableResult
public func eventually(
  _ what: String = "what is waited for", within limit: Duration = .seconds(60),
  sourceLocation: SourceLocation = #_sourceLocation,
  isolation: isolated (any Actor)? = #isolation, _ holds: () async throws -> Bool
) async rethrows -> Bool {
  let end = ContinuousClock.now + limit
  while try await !holds() {
    guard ContinuousClock.now < end, !Task.isCancelled else {
      Issue.record("\(what): not within \(limit)", sourceLocation: sourceLocation)
      return false
    }
    try? await Task.sleep(for: .milliseconds(1))
  }
  return true
}
