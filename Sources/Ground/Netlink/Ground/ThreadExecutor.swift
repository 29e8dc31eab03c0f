// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// One named thread that runs the jobs of one actor (or task) in order. Blocking calls and
/// `NetworkNamespace.enter` are allowed on it.
///
/// An actor makes it its own with `nonisolated var unownedExecutor: UnownedSerialExecutor {
/// executor.asUnownedSerialExecutor() }`. The thread lives until `stop()`.
///
/// `@unchecked`: all mutable state is behind the mutex, which lives at a fixed address for as long
/// as the object does; the compiler cannot see that.
public final class ThreadExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [UnownedJob] = []
  private var stopping = false
  private var thread = pthread_t()
  private let name: String

  /// Starts the thread.
  ///
  /// - Parameter name: What `ps -L` shows; the kernel keeps 15 bytes.
  public init(name: String) throws(NetlinkError) {
    self.name = name
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
    let me = Unmanaged.passRetained(self)
    // Held so that the thread sees `thread` set before it runs the first job.
    pthread_mutex_lock(lock)
    let code = pthread_create(
      &thread, nil,
      { raw in
        guard let raw else { return nil }
        let executor = Unmanaged<ThreadExecutor>.fromOpaque(raw).takeRetainedValue()
        pthread_setname_np(
          pthread_self(), String(decoding: executor.name.utf8.prefix(15), as: UTF8.self))
        executor.run()
        return nil
      }, me.toOpaque())
    pthread_mutex_unlock(lock)
    if code != 0 {
      me.release()
      throw NetlinkError("start the thread \(name)", .systemCall("pthread_create", code: code))
    }
  }

  deinit {
    pthread_mutex_destroy(lock)
    pthread_cond_destroy(wake)
    lock.deallocate()
    wake.deallocate()
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pthread_mutex_lock(lock)
    jobs.append(job)
    pthread_mutex_unlock(lock)
    pthread_cond_signal(wake)
  }

  private func run() {
    while true {
      pthread_mutex_lock(lock)
      while jobs.isEmpty && !stopping { pthread_cond_wait(wake, lock) }
      let batch = jobs
      jobs.removeAll(keepingCapacity: true)
      pthread_mutex_unlock(lock)
      if batch.isEmpty { return }
      for job in batch {
        job.runSynchronously(
          isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
      }
    }
  }

  /// Ends the thread after the jobs that wait, and waits for that. Jobs that come later never run,
  /// so the actor must be done. Not to be called on the thread itself.
  public func stop() {
    precondition(pthread_equal(pthread_self(), thread) == 0, "\(name) cannot stop itself")
    pthread_mutex_lock(lock)
    let first = !stopping
    stopping = true
    pthread_mutex_unlock(lock)
    pthread_cond_signal(wake)
    if first { pthread_join(thread, nil) }
  }

  public func checkIsolated() {
    precondition(pthread_equal(pthread_self(), thread) != 0, "not on the thread \(name)")
  }

  public func isIsolatingCurrentContext() -> Bool? { pthread_equal(pthread_self(), thread) != 0 }
}
