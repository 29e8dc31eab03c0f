// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The jobs that wait for a thread.
final class JobQueue: Sendable {
  private struct State {
    /// A job keeps its executor alive until it has run.
    var jobs: [(job: UnownedJob, executor: ThreadExecutor)] = []
    var isStopping = false
  }

  private let state = Monitor(State())

  func append(_ job: UnownedJob, on executor: ThreadExecutor) {
    state.withLock { $0.jobs.append((job, executor)) }
  }

  /// Lets `run` end after the jobs that wait; whether this call was the first.
  func stop() -> Bool {
    state.withLock { state in
      defer { state.isStopping = true }
      return !state.isStopping
    }
  }

  /// Runs jobs until it is stopped.
  func run() {
    while true {
      let batch = state.wait { state in
        defer { state.jobs = [] }
        return state.jobs.isEmpty && !state.isStopping ? nil : state.jobs
      }
      if batch.isEmpty { return }
      for (job, executor) in batch {
        job.runSynchronously(
          isolatedTo: executor.asUnownedSerialExecutor(),
          taskExecutor: executor.asUnownedTaskExecutor())
      }
    }
  }
}
