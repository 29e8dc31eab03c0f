// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import HostSystem

extension CredentialProgram {
  /// How long a program may take, in milliseconds.
  static let timeLimit = 60_000
  /// Bytes of its answer at most.
  private static let outputLimit = 1 << 20

  /// Runs the program and gives back what it wrote. Blocks the thread.
  ///
  /// Its standard error is ours: what it tells people, they should see.
  ///
  /// - Parameter information: what it is told in `KUBERNETES_EXEC_INFO`.
  ///
  /// Errors: `configuration`, when it cannot be started, fails, or does not answer in time.
  func run(
    information: String, milliseconds: Int = timeLimit
  ) throws(KubernetesError) -> [UInt8] {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else {
      throw .configuration("cannot make a pipe: \(errorText(errno))")
    }
    defer { close(ends[0]) }
    let child: pid_t
    do throws(KubernetesError) {
      child = try spawn(ends[1], information)
    } catch {
      close(ends[1])
      throw error
    }
    close(ends[1])
    let output = collect(ends[0], milliseconds)
    // It is ended with all that it has started.
    if output == nil { kill(-child, SIGKILL) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    guard let output else {
      throw .configuration(
        "the credential program \(command) did not end within \(milliseconds) ms with an answer of "
          + "at most \(Self.outputLimit) bytes; run it by hand to see why")
    }
    guard status == 0 else {
      let how =
        status & 0x7f == 0 ? "exit status \(status >> 8 & 0xff)" : "signal \(status & 0x7f)"
      throw .configuration(
        "the credential program \(command) failed with \(how); run it by hand to see why")
    }
    return output
  }

  private func spawn(_ output: Int32, _ information: String) throws(KubernetesError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(truncatingIfNeeded: clinux_POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF))
    var variables = Self.inherited
    variables.merge(environment) { _, own in own }
    variables["KUBERNETES_EXEC_INFO"] = information
    var words = ([command] + arguments).map { strdup($0) } + [nil]
    var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + settings { free(text) } }
    var child = pid_t()
    let code = posix_spawnp(&child, command, &actions, &attributes, &words, &settings)
    guard code == 0 else {
      let hint = installHint.isEmpty ? "" : "; \(installHint)"
      throw .configuration(
        "cannot run the credential program \(command): \(errorText(code))\(hint)")
    }
    return child
  }

  /// All that comes until the other end is closed; nil when it is too much or takes too long.
  private func collect(_ source: Int32, _ milliseconds: Int) -> [UInt8]? {
    let deadline = Self.now() + milliseconds
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while output.count <= Self.outputLimit {
      let left = deadline - Self.now()
      guard left > 0 else { return nil }
      var waiting = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, Int32(clamping: left))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { return nil }
      let count = read(source, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 ? output : nil }
      output += chunk[..<count]
    }
    return nil
  }

  /// Our own environment.
  private static var inherited: [String: String] {
    let bytes = (try? SmallFile.read("/proc/self/environ", limit: 1 << 20)) ?? []
    var variables: [String: String] = [:]
    for entry in bytes.split(separator: 0) {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      variables[String(decoding: entry[..<equals], as: UTF8.self)] =
        String(decoding: entry[(equals + 1)...], as: UTF8.self)
    }
    return variables
  }

  private static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}
