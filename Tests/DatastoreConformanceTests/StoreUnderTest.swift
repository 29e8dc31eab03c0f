// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import Testing

/// A store that the suite runs on.
struct StoreUnderTest: Sendable, CustomTestStringConvertible {
  /// Every store there is.
  static let all: [StoreUnderTest] = [.local, .etcd, .kubernetes]

  var testDescription: String
  /// The kinds that it derives from something else: they are read, and not created.
  var derivedKinds: Set<Kind> = []
  /// Opens it with nothing in it, for one test. Tests use it one after the other.
  var openEmpty: @Sendable () async throws -> any Datastore
  /// Opens what was opened last once more, as another process would.
  var openAgain: @Sendable () async throws -> any Datastore
  /// Does to it what breaks the connections or the watches of those who have it open; what is
  /// stored stays. Of each fault that it knows one, by number.
  var disturb: @Sendable (Int) async throws -> Void

  /// The kinds that a client may write.
  var writtenKinds: [Kind] { Kind.allCases.filter { !derivedKinds.contains($0) } }
}
