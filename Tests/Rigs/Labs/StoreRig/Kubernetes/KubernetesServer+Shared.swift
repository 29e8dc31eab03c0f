// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension KubernetesServer {
  private static let common = Mutex<Task<KubernetesServer, any Error>?>(nil)

  /// One server, with our custom resource definitions and roles, for all tests of a process that
  /// neither end it nor mind what others put into it. It is started by the first who asks.
  public static func shared() async throws -> KubernetesServer {
    let task = common.withLock { task in
      let known =
        task
        ?? Task {
          let server = try await KubernetesServer()
          try await server.installCalico()
          return server
        }
      task = known
      return known
    }
    return try await task.value
  }
}
