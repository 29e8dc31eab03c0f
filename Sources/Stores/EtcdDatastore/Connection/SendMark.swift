// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import GRPCCore
import Synchronization

/// Knows whether a request may have reached the server: what was not sent can be sent elsewhere.
final class SendMark: Sendable {
  @TaskLocal static var current: SendMark?

  private let flag = Mutex(false)

  var isSent: Bool { flag.withLock { $0 } }

  fileprivate func set() { flag.withLock { $0 = true } }
}

/// Sets the mark once a request has a stream to go out on.
struct MarkingInterceptor: ClientInterceptor {
  func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingClientRequest<Input>, context: ClientContext,
    next: (StreamingClientRequest<Input>, ClientContext) async throws -> StreamingClientResponse<
      Output
    >
  ) async throws -> StreamingClientResponse<Output> {
    guard let mark = SendMark.current else { return try await next(request, context) }
    var request = request
    let producer = request.producer
    request.producer = { writer in
      mark.set()
      try await producer(writer)
    }
    return try await next(request, context)
  }
}
