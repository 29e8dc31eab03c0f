// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Netlink

/// Programs in network namespaces that have no name.
enum NamespaceCommand {
  @discardableResult
  static func run(
    _ words: [String], in namespace: NetworkNamespace, input: String = ""
  ) async throws -> String {
    try await Runner(namespace).run(words, input)
  }

  /// A thread of its own, since a program is started in its thread's namespace.
  private actor Runner {
    private let namespace: NetworkNamespace
    private nonisolated let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor {
      executor.asUnownedSerialExecutor()
    }

    init(_ namespace: NetworkNamespace) throws {
      self.namespace = namespace
      executor = try ThreadExecutor(name: "command")
    }

    func run(_ words: [String], _ input: String) throws -> String {
      try namespace.enter { try command(words, input: input) }
    }
  }
}
