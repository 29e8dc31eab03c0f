// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ServiceLifecycle

/// One of what a program runs, in its one service group: a loop, or something that stands until the
/// group ends it. What ends by itself ends the group, and with it the program.
///
/// Its description is what the group logs: a name, and nothing of the environment.
public struct ProgramService: Service, CustomStringConvertible {
  public let description: String
  private let body: @Sendable () async throws -> Void

  /// A loop. It ends when its task is cancelled.
  public init(loop name: String, _ body: @escaping @Sendable () async throws -> Void) {
    description = name
    self.body = {
      do { try await cancelWhenGracefulShutdown(body) } catch is CancellationError {}
    }
  }

  /// What stands already, and is taken down when its turn comes to end.
  public init(_ name: String, takeDown: @escaping @Sendable () async -> Void) {
    description = name
    body = {
      try? await gracefulShutdown()
      await takeDown()
    }
  }

  public func run() async throws { try await body() }
}
