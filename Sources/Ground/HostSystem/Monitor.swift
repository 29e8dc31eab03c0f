// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A value that threads share: one at a time has it, and others can wait until it is as they need it.
///
/// `@unchecked`: the value is touched under `lock` only, and the lock and the condition stay at one
/// address while the object lives; the compiler cannot see that.
public final class Monitor<Value>: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var value: Value

  public init(_ value: sending Value) {
    self.value = value
    pthread_mutex_init(lock, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(change, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(change)
    pthread_mutex_destroy(lock)
    change.deallocate()
    lock.deallocate()
  }

  /// Looks at the value or changes it; those who wait look again.
  public func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(lock)
    defer {
      pthread_mutex_unlock(lock)
      pthread_cond_broadcast(change)
    }
    return body(&value)
  }

  /// Waits, holding up the thread, until `body` gives something: it is called now and after every
  /// change.
  public func wait<Result>(for body: (inout Value) -> Result?) -> Result {
    pthread_mutex_lock(lock)
    while true {
      if let result = body(&value) {
        pthread_mutex_unlock(lock)
        pthread_cond_broadcast(change)
        return result
      }
      pthread_cond_wait(change, lock)
    }
  }

  /// The same for some time; nil when `body` gave nothing in it.
  public func wait<Result>(
    atMost limit: Duration, for body: (inout Value) -> Result?
  ) -> Result? {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let (seconds, attoseconds) = max(limit, .zero).components
    let nanoseconds = end.tv_nsec + Int(attoseconds / 1_000_000_000)
    end.tv_sec += Int(min(seconds, 1 << 32)) + nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000

    pthread_mutex_lock(lock)
    defer {
      pthread_mutex_unlock(lock)
      pthread_cond_broadcast(change)
    }
    while true {
      if let result = body(&value) { return result }
      if pthread_cond_timedwait(change, lock, &end) == ETIMEDOUT { return body(&value) }
    }
  }
}
