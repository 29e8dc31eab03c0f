// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

extension ChildProgram {
  /// What a program came to.
  public struct Outcome: Sendable {
    /// The exit status; 128 and the signal when a signal ended it.
    public var status: Int32
    /// What ended it; nil when it ended by itself.
    public var signal: Int32?
    public var output: [UInt8]
  }

  /// Why there is no outcome.
  public enum Failure: Error, Hashable, Sendable {
    case notStarted(SystemCallError)
    /// It wrote too much, or did not end in time; it has been killed, with all that it
    /// had started.
    case stopped
  }

  /// Runs it: an input in, its output and exit status out, never longer than asked. Blocks the
  /// thread.
  ///
  /// - Parameters:
  ///   - input: Its standard input; it need not read it, if the caller ignores SIGPIPE.
  ///   - withErrors: Its standard error is collected with the output, else it is as `errors` says.
  ///   - outputLimit: Bytes of output at most.
  public func run(
    input bytes: [UInt8] = [], withErrors: Bool = false, outputLimit: Int = 1 << 20,
    milliseconds: Int
  ) throws(Failure) -> Outcome {
    let toChild: Pipe
    let fromChild: Pipe
    let child: pid_t
    do throws(SystemCallError) {
      toChild = try Pipe()
      fromChild = try Pipe()
      var program = self
      program.output = .descriptor(fromChild.writer)
      if withErrors { program.errors = .descriptor(fromChild.writer) }
      if !bytes.isEmpty { program.input = .descriptor(toChild.reader) }
      child = try program.start()
    } catch {
      throw .notStarted(error)
    }
    toChild.closeReader()
    fromChild.closeWriter()
    let deadline = monotonicMilliseconds() + milliseconds
    let output = Self.talk(toChild, bytes, fromChild.reader, outputLimit, until: deadline)
    // It may go on though its output has ended.
    guard let output, let end = Self.end(of: child, by: deadline) else {
      kill(-child, SIGKILL)
      _ = Self.wait(for: child)
      throw .stopped
    }
    return Outcome(status: end.status, signal: end.signal, output: output)
  }

  /// How a child ended; nil when it has not by then.
  private static func end(of child: Int32, by deadline: Int) -> (status: Int32, signal: Int32?)? {
    var status: Int32 = 0
    while true {
      let ended = waitpid(child, &status, WNOHANG)
      if ended == child { return end(status) }
      if ended < 0, errno != EINTR { return (0, nil) }
      guard monotonicMilliseconds() < deadline else { return nil }
      poll(nil, 0, 1)
    }
  }

  /// Feeds the input and collects the output until it ends; nil when it is too much or takes too
  /// long.
  private static func talk(
    _ toChild: Pipe, _ input: [UInt8], _ source: Int32, _ limit: Int, until deadline: Int
  ) -> [UInt8]? {
    var rest = input[...]
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    if rest.isEmpty {
      toChild.closeWriter()
    } else {
      _ = fcntl(toChild.writer, F_SETFL, O_NONBLOCK)
    }
    while output.count <= limit {
      let left = deadline - monotonicMilliseconds()
      guard left > 0 else { return nil }
      // A negative descriptor is left out.
      var waiting = [
        pollfd(fd: source, events: Int16(POLLIN), revents: 0),
        pollfd(fd: toChild.writer, events: Int16(POLLOUT), revents: 0),
      ]
      let ready = poll(&waiting, 2, Int32(clamping: left))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { return nil }
      if waiting[1].revents != 0 {
        let count = rest.withUnsafeBytes { write(toChild.writer, $0.baseAddress, $0.count) }
        if count > 0 { rest = rest.dropFirst(count) }
        // It need not read its input.
        if count < 0, errno != EINTR, errno != EAGAIN { rest = [] }
        if rest.isEmpty { toChild.closeWriter() }
      }
      if waiting[0].revents != 0 {
        let count = read(source, &chunk, chunk.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return count == 0 ? output : nil }
        output += chunk[..<count]
      }
    }
    return nil
  }
}
