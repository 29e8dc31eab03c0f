// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Runs another plugin: its input in, its output and exit status out, never longer than asked.
struct ChildProcess {
  var program: String
  var environment: [String: String]
  var input: [UInt8]
  var milliseconds: Int

  struct Outcome {
    /// The exit status; 128 and the signal when it was killed.
    var status: Int32
    var output: [UInt8]
  }

  /// Bytes of output at most.
  private static let outputLimit = 1 << 20

  func run() throws(CNIError) -> Outcome {
    let toChild = try Pipe()
    let fromChild = try Pipe()
    let child = try spawn(toChild.reader, fromChild.writer)
    toChild.closeReader()
    fromChild.closeWriter()
    let (output, isComplete) = talk(toChild, fromChild.reader)
    if !isComplete { kill(-child, SIGKILL) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    guard isComplete else {
      throw CNIError(
        .ipamPlugin,
        "\(program) did not end within \(milliseconds) ms with an answer of at most "
          + "\(Self.outputLimit) bytes")
    }
    let signal = status & 0x7f
    return Outcome(status: signal == 0 ? status >> 8 & 0xff : 128 + signal, output: output)
  }

  private func spawn(_ input: Int32, _ output: Int32) throws(CNIError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A session of its own, so that it can be ended with all that it started, and the default for
    // the signals that we ignore.
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(truncatingIfNeeded: clinux_POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF))
    var words = [strdup(program), nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var child = pid_t()
    let code = posix_spawn(&child, program, &actions, &attributes, &words, &variables)
    guard code == 0 else {
      throw CNIError(.ipamPlugin, "\(program): \(String(cString: strerror(code)))")
    }
    return child
  }

  /// Feeds the input and collects the output until it ends.
  private func talk(_ toChild: Pipe, _ source: Int32) -> ([UInt8], isComplete: Bool) {
    let deadline = Self.now() + milliseconds
    var rest = input[...]
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16384)
    if rest.isEmpty { toChild.closeWriter() }
    _ = fcntl(toChild.writer, F_SETFL, O_NONBLOCK)
    while output.count <= Self.outputLimit {
      // A negative descriptor is left out.
      var waiting = [
        pollfd(fd: source, events: Int16(POLLIN), revents: 0),
        pollfd(fd: rest.isEmpty ? -1 : toChild.writer, events: Int16(POLLOUT), revents: 0),
      ]
      let left = deadline - Self.now()
      guard left > 0 else { break }
      let ready = poll(&waiting, 2, Int32(clamping: left))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { break }
      if waiting[1].revents != 0 {
        let count = rest.withUnsafeBytes { write(toChild.writer, $0.baseAddress, $0.count) }
        if count > 0 { rest = rest.dropFirst(count) }
        // A plugin need not read its input.
        if count < 0, errno != EINTR, errno != EAGAIN { rest = [] }
        if rest.isEmpty { toChild.closeWriter() }
      }
      if waiting[0].revents != 0 {
        let count = chunk.withUnsafeMutableBytes { read(source, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return (output, count == 0) }
        output += chunk[..<count]
      }
    }
    return (output, false)
  }

  private static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}

/// Both ends of a pipe, closed at the latest when it goes.
private final class Pipe {
  private(set) var reader: Int32 = -1
  private(set) var writer: Int32 = -1

  init() throws(CNIError) {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else { throw .system("pipe2") }
    (reader, writer) = (ends[0], ends[1])
  }

  deinit {
    closeReader()
    closeWriter()
  }

  func closeReader() {
    if reader >= 0 { close(reader) }
    reader = -1
  }

  func closeWriter() {
    if writer >= 0 { close(writer) }
    writer = -1
  }
}
