// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One named thread that runs the jobs of one actor (or task) in order. On it calls may block, and
/// what belongs to a thread, such as its network namespace, may be changed.
///
/// An actor makes it its own with `nonisolated var unownedExecutor: UnownedSerialExecutor {
/// executor.asUnownedSerialExecutor() }`. The thread ends with `stop()`, or when the executor is let
/// go of.
public final class ThreadExecutor: SerialExecutor, TaskExecutor {
  private let name: String
  private let queue: JobQueue
  private let thread: HostThread

  /// Starts the thread.
  ///
  /// - Parameter name: What `ps -L` shows; the kernel keeps 15 bytes.
  public init(name: String) throws(SystemCallError) {
    let queue = JobQueue()
    self.name = name
    self.queue = queue
    thread = try HostThread(name: name) { queue.run() }
  }

  // This may happen on the thread itself, when the last job lets go of the executor.
  deinit { if queue.stop() { thread.detach() } }

  public func enqueue(_ job: consuming ExecutorJob) { queue.append(UnownedJob(job), on: self) }

  /// Ends the thread after the jobs that wait, and waits for that. Jobs that come later never run,
  /// so the actor must be done. Not to be called on the thread itself.
  public func stop() {
    precondition(!thread.isCurrent, "\(name) cannot stop itself")
    if queue.stop() { thread.join() }
  }

  public func checkIsolated() { precondition(thread.isCurrent, "not on the thread \(name)") }

  public func isIsolatingCurrentContext() -> Bool? { thread.isCurrent }
}
