// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Datastore
import Glibc
import HostSystem
import Synchronization

/// Tells watchers that somebody, perhaps another process, has committed.
///
/// The bell is a file beside the database. A writer touches it after its commit; watchers learn of
/// that through inotify, which works across processes and namespaces. Since a writer may die between
/// the two, the database's files are looked at every second: the bell only makes it quick.
///
/// One thread serves all who wait. It starts with the first watch.
final class Doorbell: Sendable {
  private struct State {
    /// The end of a pipe whose closing ends the thread; negative before its start.
    var lifeline: Int32 = -1
    var isClosed = false
  }

  private let path: String
  private let files: [String]
  private let patience: Int
  private let state = Mutex(State())
  private let signal = Signal()

  /// - Parameters:
  ///   - path: the bell's file.
  ///   - files: those of the database, which every commit writes to one of.
  ///   - patience: how many seconds may pass without a look at the database itself.
  init(path: String, files: [String], patience: Int = 10) {
    self.path = path
    self.files = files
    self.patience = patience
  }

  deinit { close() }

  /// Rings. Never fails: who does not hear it looks within a second.
  static func ring(path: String) {
    if utimensat(AT_FDCWD, path, nil, 0) != 0, errno == ENOENT { create(path) }
  }

  private static func create(_ path: String) {
    let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    if file >= 0 { Glibc.close(file) }
  }

  /// Begins to listen. What is committed after this returns wakes `wait`.
  func start() throws(DatastoreError) {
    let fresh = state.withLock { $0.lifeline < 0 && !$0.isClosed }
    guard fresh else { return }
    var pipe: [Int32] = [-1, -1]
    guard pipe2(&pipe, O_CLOEXEC) == 0 else {
      throw .unavailable("cannot watch: \(errorText(errno))")
    }
    let (ours, theirs) = (pipe[1], pipe[0])
    let isFirst = state.withLock { state in
      guard state.lifeline < 0, !state.isClosed else { return false }
      state.lifeline = ours
      return true
    }
    guard isFirst else {
      Glibc.close(ours)
      Glibc.close(theirs)
      return
    }
    var listener = Listener(path: path, files: files, patience: patience, lifeline: theirs)
    listener.listen()
    do throws(SystemCallError) {
      let thread = try HostThread(name: "datastore-watch") { [signal, listener] in
        var listener = listener
        while let isNews = listener.await() { if isNews { signal.raise() } }
        listener.close()
      }
      thread.detach()
    } catch {
      state.withLock { $0.lifeline = -1 }
      Glibc.close(ours)
      listener.close()
      throw .unavailable("cannot start a thread: \(errorText(error.code))")
    }
  }

  /// Ends the thread. Whoever waits goes on.
  func close() {
    let lifeline = state.withLock { state in
      state.isClosed = true
      defer { state.lifeline = -1 }
      return state.lifeline
    }
    if lifeline >= 0 { Glibc.close(lifeline) }
    signal.raise()
  }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  var generation: UInt64 { signal.generation }

  /// Returns when the bell rang since it had this generation, within a second of any other change of
  /// the database's files, when patience ends, when the task is cancelled or when the bell is closed.
  func wait(after generation: UInt64) async { await signal.wait(after: generation) }

  /// The thread's side: an inotify descriptor on the bell.
  private struct Listener {
    let path: String
    let lifeline: Int32
    private let files: [String]
    private let patience: Int
    private var inotify: Int32 = -1
    private var watch: Int32 = -1
    private var stamps: [FileStamp?] = []
    private var quietSeconds = 0

    init(path: String, files: [String], patience: Int, lifeline: Int32) {
      self.path = path
      self.files = files
      self.patience = patience
      self.lifeline = lifeline
    }

    /// Puts the watch in place where it is missing. Without it the second's look is all there is.
    mutating func listen() {
      if inotify < 0 { inotify = inotify_init1(Int32(O_CLOEXEC | O_NONBLOCK)) }
      guard inotify >= 0, watch < 0 else { return }
      let events = UInt32(IN_ATTRIB | IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF)
      watch = inotify_add_watch(inotify, path, events)
      if watch < 0, errno == ENOENT {
        Doorbell.create(path)
        watch = inotify_add_watch(inotify, path, events)
      }
    }

    /// Waits at most a second; whether there may be something new. Nil when the bell was closed.
    mutating func await() -> Bool? {
      listen()
      var polled = [
        pollfd(fd: lifeline, events: 0, revents: 0),
        pollfd(fd: inotify, events: Int16(POLLIN), revents: 0),
      ]
      poll(&polled, 2, 1000)
      if polled[0].revents != 0 { return nil }
      let hasRung = polled[1].revents != 0
      if hasRung { drain() }
      return haveFilesChanged() || hasRung
    }

    /// Whether somebody has written to the database without ringing, or may have: times of files
    /// are coarse, so now and then it is assumed.
    private mutating func haveFilesChanged() -> Bool {
      let now = files.map { FileStamp(path: $0) }
      quietSeconds += 1
      guard now != stamps || quietSeconds >= patience else { return false }
      stamps = now
      quietSeconds = 0
      return true
    }

    /// Takes what inotify has. When the file itself went, the next one by its name is watched.
    private mutating func drain() {
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = read(inotify, &buffer, buffer.count)
        guard count > 0 else { return }
        buffer.withUnsafeBytes { bytes in
          var offset = 0
          while offset + MemoryLayout<inotify_event>.size <= count {
            let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            let gone = UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)
            if event.wd == watch, event.mask & gone != 0 { forget() }
            offset += MemoryLayout<inotify_event>.size + Int(event.len)
          }
        }
      }
    }

    private mutating func forget() {
      inotify_rm_watch(inotify, watch)
      watch = -1
    }

    mutating func close() {
      Glibc.close(lifeline)
      if inotify >= 0 { Glibc.close(inotify) }
    }
  }
}
