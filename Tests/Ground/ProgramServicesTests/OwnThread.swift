// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

/// Does what blocks on a thread of its own: the server that is asked needs those of the tests.
func onOwnThread<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    do throws(SystemCallError) {
      try HostThread(name: "client") {
        continuation.resume(with: Swift.Result { try body() })
      }.detach()
    } catch {
      continuation.resume(throwing: error)
    }
  }
}
