// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import Synchronization
import TestSupport
import Testing
import ValueTree

@testable import KubernetesClient

extension KubernetesClient {
  /// A client without TLS of a server that a test made.
  static func plain(
    _ url: String, _ change: (inout Options, inout ClusterAccess) -> Void = { _, _ in }
  ) throws -> KubernetesClient {
    var options = Options()
    var access = ClusterAccess(server: url, origin: "a test")
    change(&options, &access)
    return try KubernetesClient(access, options: options)
  }
}

/// Runs a call that must fail and gives the failure back.
func failure<R>(
  _ call: () async throws(KubernetesError) -> R,
  sourceLocation: SourceLocation = #_sourceLocation
) async -> KubernetesError {
  await failure(otherwise: .cancelled, call, sourceLocation: sourceLocation)
}

/// A clock on which waiting takes no time, and which remembers for how long it was waited.
final class JumpingClock: Sendable {
  private let state = Mutex((now: Duration.zero, waits: [Duration]()))

  var waits: [Duration] { state.withLock { $0.waits } }

  var clock: HostClock {
    HostClock(
      now: { self.state.withLock { $0.now } },
      sleep: { pause in
        try Task.checkCancellation()
        self.state.withLock { state in
          state.now += pause
          state.waits.append(pause)
        }
      })
  }
}

let widgets = APIResource(
  group: "example.org", version: "v1", plural: "widgets", isNamespaced: true, format: .json)

/// The name of a JSON object.
func name(_ object: RawObject) -> String {
  guard case .json(let value) = object else { return "?" }
  return value["metadata"]?["name"]?.string ?? "?"
}

/// One line of a watch of JSON.
func line(_ type: String, _ name: String, _ revision: Int) -> String {
  "{\"type\":\"\(type)\",\"object\":{\"kind\":\"Widget\",\"metadata\":{\"name\":\"\(name)\","
    + "\"resourceVersion\":\"\(revision)\"}}}\n"
}
