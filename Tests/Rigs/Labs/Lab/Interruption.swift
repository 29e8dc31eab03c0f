// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Synchronization

/// Turns Ctrl-C and its like into an error of whatever the lab is waiting for, so that everything
/// is cleaned up in the ordinary way.
///
/// The signals are blocked in all threads and taken by a thread of their own: nothing runs inside a
/// signal handler. A second Ctrl-C does not disturb the cleaning up.
public enum Interruption {
  private static let requested = Atomic<Bool>(false)
  private static let shields = Atomic<Int>(0)
  /// Becomes readable with the first signal and stays so.
  private static let reader = Atomic<Int32>(-1)

  /// The signals that ask for an orderly end.
  private static var signals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, number) }
    return set
  }

  /// Starts to listen. Call it once, before the process has other threads.
  public static func install() throws(LabError) {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else {
      throw .system(call: "pipe2", subject: "", code: errno)
    }
    reader.store(ends[0], ordering: .relaxed)
    let writer = ends[1]
    var set = signals
    pthread_sigmask(SIG_BLOCK, &set, nil)
    var thread = pthread_t()
    let argument = UnsafeMutableRawPointer(bitPattern: Int(writer))
    let code = pthread_create(
      &thread, nil,
      { argument in
        var set = Interruption.signals
        while true {
          var number: Int32 = 0
          guard sigwait(&set, &number) == 0 else { continue }
          Interruption.requested.store(true, ordering: .relaxed)
          var byte: UInt8 = 0
          _ = write(Int32(truncatingIfNeeded: Int(bitPattern: argument)), &byte, 1)
        }
      }, argument)
    guard code == 0 else { throw .system(call: "pthread_create", subject: "", code: code) }
  }

  /// Whether somebody has asked, and nobody is cleaning up.
  public static var isRequested: Bool {
    requested.load(ordering: .relaxed) && shields.load(ordering: .relaxed) == 0
  }

  /// Whether a signal has come at all.
  public static var hasHappened: Bool { requested.load(ordering: .relaxed) }

  /// Runs something that signals do not disturb, only postpone: cleaning up.
  public static func shielded<R, Failure: Error>(
    _ body: () throws(Failure) -> R
  ) throws(Failure) -> R {
    shields.add(1, ordering: .relaxed)
    defer { shields.subtract(1, ordering: .relaxed) }
    return try body()
  }

  static func check() throws(LabError) {
    if isRequested { throw .interrupted }
  }

  /// Readable once somebody has asked; -1, which poll leaves out, when nobody may.
  static var descriptor: Int32 {
    shields.load(ordering: .relaxed) > 0 ? -1 : reader.load(ordering: .relaxed)
  }

  /// Sleeps, but not past a signal.
  static func sleep(milliseconds: Int) throws(LabError) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    poll(&entry, 1, Int32(clamping: milliseconds))
    try check()
  }
}
