// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Netlink

/// Programs in network namespaces that have no name.
enum NamespaceCommand {
  @discardableResult
  static func run(
    _ words: [String], in namespace: NetworkNamespace, input: String = ""
  ) async throws -> String {
    try await runner.run(words, input, in: namespace)
  }

  private static let runner = Runner()

  /// A thread of its own, since a program is started in its thread's namespace.
  private actor Runner {
    /// Not there only where the system has no thread left.
    private nonisolated let executor = try? ThreadExecutor(name: "commands")
    nonisolated var unownedExecutor: UnownedSerialExecutor {
      executor?.asUnownedSerialExecutor() ?? MainActor.sharedUnownedExecutor
    }

    func run(
      _ words: [String], _ input: String, in namespace: NetworkNamespace
    ) throws -> String {
      try namespace.enter { try command(words, input: input) }
    }
  }
}
