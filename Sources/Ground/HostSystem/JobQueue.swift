// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The jobs that wait for a thread.
///
/// `@unchecked`: everything is touched under `lock` only, and the lock and the condition stay at one
/// address while the object lives; the compiler cannot see that.
final class JobQueue: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// A job keeps its executor alive until it has run.
  private var jobs: [(job: UnownedJob, executor: ThreadExecutor)] = []
  private var isStopping = false

  init() {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(lock)
    wake.deallocate()
    lock.deallocate()
  }

  func append(_ job: UnownedJob, on executor: ThreadExecutor) {
    pthread_mutex_lock(lock)
    jobs.append((job, executor))
    pthread_mutex_unlock(lock)
    pthread_cond_signal(wake)
  }

  /// Lets `run` end after the jobs that wait; whether this call was the first.
  func stop() -> Bool {
    pthread_mutex_lock(lock)
    let isFirst = !isStopping
    isStopping = true
    pthread_mutex_unlock(lock)
    pthread_cond_signal(wake)
    return isFirst
  }

  /// Runs jobs until it is stopped.
  func run() {
    while let batch = next() {
      for (job, executor) in batch {
        job.runSynchronously(
          isolatedTo: executor.asUnownedSerialExecutor(),
          taskExecutor: executor.asUnownedTaskExecutor())
      }
    }
  }

  private func next() -> [(job: UnownedJob, executor: ThreadExecutor)]? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while jobs.isEmpty {
      if isStopping { return nil }
      pthread_cond_wait(wake, lock)
    }
    defer { jobs = [] }
    return jobs
  }
}
