// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Waits for asynchronous work where nothing can be awaited.
enum Waiting {
  private final class Answer<R: Sendable>: Sendable {
    let result = Mutex<Result<R, any Error>?>(nil)
  }

  /// Runs `body` as a task and waits for its end, but not past a signal: then what it makes is
  /// dropped.
  static func result<R: Sendable>(
    of what: String, _ body: @escaping @Sendable () async throws -> R
  ) throws(LabError) -> R {
    let answer = Answer<R>()
    let task = Task.detached {
      do {
        let value = try await body()
        answer.result.withLock { $0 = .success(value) }
      } catch {
        answer.result.withLock { $0 = .failure(error) }
      }
    }
    while true {
      do throws(LabError) {
        try Interruption.sleep(milliseconds: 10)
      } catch {
        task.cancel()
        throw error
      }
      switch answer.result.withLock({ $0 }) {
      case .success(let value): return value
      case .failure(let error): throw .ended(what: what, last: "\(error)")
      case nil: continue
      }
    }
  }
}
