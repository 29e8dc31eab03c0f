// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Synchronization

/// A server that runs as a child process, in a process group of its own.
///
/// It ends with this process at the latest, however that ends: a small shell beside it waits on a
/// pipe for our end, and kills it then.
public final class ServerProcess: Sendable {
  /// What to run.
  public struct Command: Sendable {
    /// The program's path and its arguments.
    public var words: [String]
    /// All of its environment.
    public var environment: [String: String]
    /// The file that gets its output and errors; what is there already stays.
    public var log: String
    /// A folder to remove when we end without removing it, if any.
    public var folder: String?

    public init(
      _ words: [String],
      environment: [String: String] = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], log: String,
      folder: String? = nil
    ) {
      self.words = words
      self.environment = environment
      self.log = log
      self.folder = folder
    }
  }

  private struct State {
    var isReaped = false
    /// The write end of the watching shell's pipe.
    var lifeline: Int32
    var watcher: pid_t
  }

  public let command: Command
  public let processID: Int32
  private let state: Mutex<State>

  /// Starts the server. Whether it works is for the caller to find out.
  public init(_ command: Command) throws(RigError) {
    self.command = command
    processID = try Self.spawn(command.words, command.environment, input: nil, log: command.log)
    var pipe: [Int32] = [-1, -1]
    guard pipe2(&pipe, O_CLOEXEC) == 0 else {
      Glibc.kill(processID, SIGKILL)
      throw RigError("cannot make a pipe: errno \(errno)")
    }
    defer { Glibc.close(pipe[0]) }
    do {
      let script =
        "read word; [ \"$word\" = done ] || { kill -9 -\(processID); [ -z \"$1\" ] || rm -rf \"$1\"; }"
      let watcher = try Self.spawn(
        ["/bin/sh", "-c", script, "watcher", command.folder ?? ""], command.environment,
        input: pipe[0], log: "/dev/null")
      state = Mutex(State(lifeline: pipe[1], watcher: watcher))
    } catch {
      Glibc.close(pipe[1])
      Glibc.kill(processID, SIGKILL)
      throw error
    }
  }

  /// Whether it still runs; a stopped one does.
  public var isRunning: Bool {
    state.withLock { state in
      guard !state.isReaped else { return false }
      var status: Int32 = 0
      if waitpid(processID, &status, WNOHANG) == processID { state.isReaped = true }
      return !state.isReaped
    }
  }

  /// Stops it from running without ending it: SIGSTOP.
  public func pause() { signal(SIGSTOP) }

  /// Lets it go on after `pause`.
  public func resume() { signal(SIGCONT) }

  /// Ends it at once with SIGKILL, as kill -9 does, and waits for its end.
  public func kill() async {
    signal(SIGKILL)
    while isRunning { await Self.rest() }
    dismissWatcher()
  }

  /// Asks it to end with SIGTERM, and kills it when it has not after that time.
  public func stop(patience: Duration = .seconds(10)) async {
    signal(SIGTERM)
    signal(SIGCONT)
    let end = ContinuousClock.now + patience
    while isRunning, ContinuousClock.now < end { await Self.rest() }
    await kill()
  }

  /// The last lines of its log, for messages.
  public func lastWords(_ count: Int = 15) -> String {
    RigFolder.text(of: command.log).split(separator: "\n").suffix(count).joined(separator: "\n")
  }

  deinit {
    signal(SIGKILL)
    let isReaped = state.withLock { $0.isReaped }
    var status: Int32 = 0
    // A killed process that is not stuck in the kernel ends at once.
    if !isReaped { while waitpid(processID, &status, 0) < 0, errno == EINTR {} }
    dismissWatcher()
  }

  private static func rest() async { try? await Task.sleep(for: .milliseconds(10)) }

  /// Sends a signal to its process group, unless it has ended: the number could be another's then.
  private func signal(_ signal: Int32) {
    state.withLock { state in
      if !state.isReaped { _ = Glibc.kill(-processID, signal) }
    }
  }

  private func dismissWatcher() {
    state.withLock { state in
      guard state.lifeline >= 0 else { return }
      _ = Glibc.write(state.lifeline, "done\n", 5)
      Glibc.close(state.lifeline)
      state.lifeline = -1
      var status: Int32 = 0
      while waitpid(state.watcher, &status, 0) < 0, errno == EINTR {}
    }
  }
}
