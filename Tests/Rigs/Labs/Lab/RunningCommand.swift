// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
public import Glibc
import HostSystem

/// A program that was started, in a process group of its own so that a Ctrl-C at the terminal does
/// not reach it, with what it writes collected or in a file.
public final class RunningCommand {
  /// Where what a program writes goes.
  enum Sink {
    case collect
    /// Appended to a file.
    case file(String)
  }

  public let command: String
  public let pid: Int32
  private let input: [UInt8]
  private let ends: CommandPipes
  private var result: CommandResult?
  private var isLetGo = false

  /// Bytes that are collected at most of each of output and errors.
  private static let limit = 64 << 20

  /// - Parameters:
  ///   - words: The program, looked up in PATH, and its arguments.
  ///   - environment: Added to this process's.
  ///   - isolated: With nothing but `environment` and PATH.
  init(
    _ words: [String], environment: [String: String] = [:], isolated: Bool = false,
    input: String = "", sink: Sink = .collect
  ) throws(LabError) {
    command = words.joined(separator: " ")
    self.input = Array(input.utf8)
    ends = try CommandPipes(sink)
    pid = try Self.spawn(
      words, Self.variables(environment, isolated), ends,
      needsInput: !input.isEmpty)
    ends.closeChildSide(keepsInput: !input.isEmpty)
  }

  private static func variables(_ added: [String: String], _ isolated: Bool) -> [String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      next += 1
    }
    if isolated { variables = variables.filter { $0.key == "PATH" } }
    variables.merge(added) { $1 }
    return variables.map { "\($0.key)=\($0.value)" }
  }

  private static func spawn(
    _ words: [String], _ variables: [String], _ ends: CommandPipes, needsInput: Bool
  ) throws(LabError) -> pid_t {
    var program = ChildProgram(words)
    program.environment = variables
    // The signals that the lab blocks and ignores must end a program as they always do, and a Ctrl-C
    // at the terminal must not.
    program.family = .processGroup
    program.input = needsInput ? .descriptor(ends.childInput) : .null
    program.output = .descriptor(ends.childOutput)
    program.errors = .descriptor(ends.childErrors)
    do throws(SystemCallError) {
      return try program.start()
    } catch {
      throw .system(call: "start", subject: error.subject, code: error.code)
    }
  }

  deinit {
    if result == nil, !isLetGo { stop(SIGKILL) }
  }

  /// Leaves it running when the object goes.
  func letGo() { isLetGo = true }

  /// Whether it still runs. One that has ended is put to rest.
  public var isRunning: Bool {
    guard result == nil else { return false }
    var status: Int32 = 0
    let code = waitpid(pid, &status, WNOHANG)
    if code == 0 { return true }
    result = CommandResult(
      command: command, status: ChildProgram.end(status).status, output: "", errors: "")
    return false
  }

  /// Sends a signal to it and all in its process group.
  public func signal(_ number: Int32) {
    if isRunning { kill(-pid, number) }
  }

  /// Ends it and waits until it is gone; after two seconds with a signal that cannot be ignored.
  public func stop(_ number: Int32 = SIGTERM) {
    signal(number)
    let deadline = monotonicMilliseconds() + 2000
    while isRunning {
      if monotonicMilliseconds() > deadline { kill(-pid, SIGKILL) }
      poll(nil, 0, 5)
    }
  }

  /// Feeds its input, collects what it writes, and waits for its end.
  ///
  /// - Parameter seconds: after this time it is killed and the call fails.
  public func finish(within seconds: Int = 60) throws(LabError) -> CommandResult {
    if let result { return result }
    var output: [UInt8] = []
    var errors: [UInt8] = []
    do throws(LabError) {
      try talk(&output, &errors, deadline: monotonicMilliseconds() + seconds * 1000, seconds)
    } catch {
      kill(-pid, SIGKILL)
      _ = waitForEnd()
      result = CommandResult(command: command, status: 137, output: "", errors: "\(error)")
      throw error
    }
    let done = CommandResult(
      command: command, status: waitForEnd(), output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
    result = done
    return done
  }

  private func waitForEnd() -> Int32 {
    ChildProgram.wait(for: pid).status
  }

  private func talk(
    _ output: inout [UInt8], _ errors: inout [UInt8], deadline: Int, _ seconds: Int
  ) throws(LabError) {
    var rest = input[...]
    while ends.output >= 0 || ends.errors >= 0 {
      // A negative descriptor is left out.
      var entries = [
        pollfd(fd: ends.output, events: Int16(POLLIN), revents: 0),
        pollfd(fd: ends.errors, events: Int16(POLLIN), revents: 0),
        pollfd(fd: ends.input, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: Interruption.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let left = deadline - monotonicMilliseconds()
      guard left > 0 else { throw .timedOut(what: command, seconds: seconds, last: "") }
      poll(&entries, 4, Int32(clamping: left))
      try Interruption.check()
      if entries[2].revents != 0 {
        let count = rest.withUnsafeBytes { write(ends.input, $0.baseAddress, $0.count) }
        if count > 0 { rest = rest.dropFirst(count) }
        if rest.isEmpty || count < 0 && errno != EAGAIN && errno != EINTR { ends.closeInput() }
      }
      if entries[0].revents != 0, !Self.read(ends.output, &output) { ends.closeOutput() }
      if entries[1].revents != 0, !Self.read(ends.errors, &errors) { ends.closeErrors() }
    }
  }

  /// Whether there may be more.
  private static func read(_ descriptor: Int32, _ bytes: inout [UInt8]) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(descriptor, &chunk, chunk.count)
    if count < 0 { return errno == EINTR || errno == EAGAIN }
    bytes += chunk[..<count]
    return count > 0 && bytes.count < limit
  }
}
