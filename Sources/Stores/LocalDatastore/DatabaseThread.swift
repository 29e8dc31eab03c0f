// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Datastore
import Glibc

/// One thread that runs one actor's jobs in order, so that calls that block hold up nobody else.
///
/// The thread ends when the executor is released.
final class DatabaseThread: SerialExecutor {
  private let queue = JobQueue()

  init(name: String) throws(DatastoreError) {
    let queue = queue
    try startThread(name: name) { queue.run() }
  }

  deinit { queue.stop() }

  func enqueue(_ job: consuming ExecutorJob) {
    queue.append(UnownedJob(job), on: self)
  }
}

/// Starts a detached thread. Its name is for people who look at the process, 15 bytes at most.
func startThread(
  name: String, _ body: @escaping @Sendable () -> Void
) throws(DatastoreError) {
  let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
  var thread = pthread_t()
  let code = pthread_create(
    &thread, nil,
    { raw in
      guard let raw else { return nil }
      let start = Unmanaged<ThreadStart>.fromOpaque(raw).takeRetainedValue()
      pthread_setname_np(pthread_self(), start.name)
      start.body()
      return nil
    }, start.toOpaque())
  guard code == 0 else {
    start.release()
    throw .unavailable("cannot start a thread: \(String(cString: strerror(code)))")
  }
  pthread_detach(thread)
}

private final class ThreadStart {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

/// The jobs that wait for the thread. Unchecked: everything below is touched under `lock` only, and
/// the lock and the condition stay at one address while the object lives.
private final class JobQueue: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// A job keeps its executor alive until it has run.
  private var jobs: [(job: UnownedJob, executor: DatabaseThread)] = []
  private var stopping = false

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

  func append(_ job: UnownedJob, on executor: DatabaseThread) {
    pthread_mutex_lock(lock)
    jobs.append((job, executor))
    pthread_mutex_unlock(lock)
    pthread_cond_signal(wake)
  }

  func stop() {
    pthread_mutex_lock(lock)
    stopping = true
    pthread_mutex_unlock(lock)
    pthread_cond_signal(wake)
  }

  func run() {
    while let batch = next() {
      for (job, executor) in batch {
        job.runSynchronously(on: executor.asUnownedSerialExecutor())
      }
    }
  }

  private func next() -> [(job: UnownedJob, executor: DatabaseThread)]? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while jobs.isEmpty {
      if stopping { return nil }
      pthread_cond_wait(wake, lock)
    }
    defer { jobs = [] }
    return jobs
  }
}
