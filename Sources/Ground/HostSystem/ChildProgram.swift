// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// A program to be started: always with the default signals, in a session or a process group of its
/// own, so that it can be ended with all that it started, and with no descriptor but the three that
/// are given here.
public struct ChildProgram: Sendable {
  /// What one of the three standard files is.
  public enum File: Sendable {
    case null
    case descriptor(Int32)
    /// Opened with these flags; made with mode 0600.
    case path(String, Int32)
    /// As ours.
    case inherited
  }

  public enum Family: Sendable {
    case session
    case processGroup
  }

  /// The program, looked for in `PATH` if it has no slash, and its arguments.
  public var words: [String]
  /// `NAME=VALUE`; nil is our own.
  public var environment: [String]?
  public var family = Family.session
  public var input = File.null
  public var output = File.null
  public var errors = File.inherited

  public init(_ words: [String], environment: [String: String]? = nil) {
    self.words = words
    self.environment = environment?.map { "\($0.key)=\($0.value)" }
  }

  /// Starts it. Whoever calls waits for its end.
  public func start() throws(SystemCallError) -> Int32 {
    guard let program = words.first else { throw SystemCallError("start", code: ENOENT) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in [input, output, errors].enumerated() {
      let number = Int32(number)
      switch file {
      case .null: posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
      case .descriptor(let own): posix_spawn_file_actions_adddup2(&actions, own, number)
      case .path(let path, let flags):
        posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o600)
      case .inherited: break
      }
    }
    // One that outlives us would keep a listening socket taken.
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (all, none) = (sigset_t(), sigset_t())
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    let own =
      family == .session ? clinux_POSIX_SPAWN_SETSID : Int32(POSIX_SPAWN_SETPGROUP)
    let flags = own | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
    posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
    var arguments = words.map { strdup($0) } + [nil]
    var variables = (environment ?? []).map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var child = pid_t()
    let code =
      environment == nil
      ? posix_spawnp(&child, program, &actions, &attributes, &arguments, environ)
      : posix_spawnp(&child, program, &actions, &attributes, &arguments, &variables)
    guard code == 0 else { throw SystemCallError("start", program, code: code) }
    return child
  }

  /// Waits for a child's end: its exit status, or 128 and the signal that ended it.
  public static func wait(for child: Int32) -> (status: Int32, signal: Int32?) {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    return end(status)
  }

  /// What `waitpid` says of one that has ended, as a shell says it.
  public static func end(_ status: Int32) -> (status: Int32, signal: Int32?) {
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8 & 0xff, nil) : (128 + signal, signal)
  }
}
