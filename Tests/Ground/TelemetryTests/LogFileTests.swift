// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Logging
import TestSupport
import Testing

@testable import Telemetry

@Suite("A log file", .timeLimit(.minutes(1)))
struct LogFileTests {
  private let folder = TemporaryFolder()

  /// A line of so many bytes, with its end.
  private func line(_ bytes: Int, _ letter: String = "x") -> LogLine {
    let line = LogLine(level: .info, component: "", message: "")
    return LogLine(
      level: .info, component: "",
      message: String(repeating: letter, count: bytes - line.dated.utf8.count - 1))
  }

  private func size(_ name: String) -> Int { folder.read(name).utf8.count }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
  }

  @Test("is made for its owner alone, with its folder, and added to at its end")
  func made() throws {
    let path = folder.file("a/b/log")
    for letter in ["1", "2"] {
      try LogFile(path, limit: 1000, old: 2).write(line(50, letter))
    }
    #expect(TemporaryFolder.text(of: path).split(separator: "\n").map(\.last) == ["1", "2"])
    #expect(mode(path) == 0o600 && mode(folder.file("a/b")) == 0o755)
    // One that is there keeps its permissions.
    chmod(path, 0o640)
    try LogFile(path, limit: 1000, old: 2).write(line(50, "3"))
    #expect(mode(path) == 0o640)
  }

  @Test("is full at its limit and not before, and only so many old ones are kept")
  func rotation() throws {
    let log = LogFile(folder.file("log"), limit: 100, old: 3)
    try log.write(line(50))
    try log.write(line(50))
    #expect(TemporaryFolder.names(in: folder.path) == ["log"])
    #expect(size("log") == 100)
    try log.write(line(50))
    #expect(size("log") == 50 && size("log.1") == 100)
    try log.write(line(51))
    #expect(size("log") == 51 && size("log.1") == 50 && size("log.2") == 100)
    // A line that is too large for any file has one alone.
    try log.write(line(300))
    #expect(size("log") == 300 && size("log.3") == 100)
    #expect(mode(folder.file("log")) == 0o600)
    for letter in ["a", "b", "c", "d", "e", "f"] { try log.write(line(100, letter)) }
    #expect(
      TemporaryFolder.names(in: folder.path).sorted() == ["log", "log.1", "log.2", "log.3"])
    #expect(
      ["log", "log.1", "log.2", "log.3"].map { folder.read($0).dropLast().last } == [
        "f", "e", "d", "c",
      ])
    // Who starts again goes on with what is there.
    try LogFile(folder.file("log"), limit: 100, old: 3).write(line(50, "g"))
    #expect(size("log") == 50 && folder.read("log.1").dropLast().last == "f")
  }

  @Test("is opened again when somebody has moved or removed it, or its folder")
  func moved() throws {
    try folder.makeFolder("logs")
    let path = folder.file("logs/log")
    let log = LogFile(path, limit: 1000, old: 2)
    try log.write(line(50, "a"))
    #expect(rename(path, path + ".old") == 0)
    try log.write(line(50, "b"))
    #expect(folder.read("logs/log.old").dropLast().last == "a" && size("logs/log.old") == 50)
    #expect(folder.read("logs/log").dropLast().last == "b" && size("logs/log") == 50)
    // Moved, with another in its place, as logrotate's `create` does.
    #expect(rename(path, path + ".old") == 0)
    try folder.write("", to: "logs/log", mode: 0o640)
    try log.write(line(50, "x"))
    #expect(size("logs/log.old") == 50 && folder.read("logs/log").dropLast().last == "x")
    #expect(unlink(path) == 0)
    try log.write(line(50, "c"))
    #expect(folder.read("logs/log").dropLast().last == "c" && size("logs/log") == 50)
    #expect(rename(folder.file("logs"), folder.file("away")) == 0)
    try log.write(line(50, "d"))
    #expect(folder.read("logs/log").dropLast().last == "d" && size("away/log") == 50)
    // Emptied by others, as `copytruncate` does.
    #expect(truncate(path, 0) == 0)
    try log.write(line(50, "e"))
    #expect(size("logs/log") == 50 && folder.read("logs/log").hasPrefix("2"))
  }

  @Test("that cannot be renamed is begun anew, so that it does not grow without end")
  func mounted() throws {
    // In the way of the name that it should have.
    try folder.makeFolder("log.1")
    let log = LogFile(folder.file("log"), limit: 100, old: 1)
    for _ in 0..<5 {
      try log.write(line(50))
      try log.write(line(50))
      #expect(throws: SystemCallError("rename", folder.file("log"), code: EISDIR)) {
        try log.write(line(50))
      }
      #expect(size("log") == 0)
    }
  }

  @Test(
    "that cannot be opened, or is on a full disk, is an error that names it; nothing is waited for")
  func failures() throws {
    try folder.write("", to: "plain")
    let below = folder.file("plain/log")
    #expect(throws: SystemCallError("open", below, code: ENOTDIR)) {
      try LogFile(below, limit: 100, old: 1).write(line(50))
    }
    #expect(throws: SystemCallError("open", folder.path, code: EISDIR)) {
      try LogFile(folder.path, limit: 100, old: 1).write(line(50))
    }
    let fifo = folder.file("fifo")
    #expect(mkfifo(fifo, 0o600) == 0)
    #expect(throws: SystemCallError("open", fifo, code: ENXIO)) {
      try LogFile(fifo, limit: 100, old: 1).write(line(50))
    }
    let full = LogFile("/dev/full", limit: 100, old: 1)
    for _ in 0..<3 {
      #expect(throws: SystemCallError("write", "/dev/full", code: ENOSPC)) {
        try full.write(line(80))
      }
    }
    // A device is no file that is ever full of lines.
    let null = LogFile("/dev/null", limit: 100, old: 1)
    for _ in 0..<3 { try null.write(line(80)) }
  }

  /// Writes on a thread that a pipe without a reader does not end.
  private static func isCut(_ stream: LogStream, _ line: LogLine) -> Bool {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    defer {
      var none = timespec()
      sigtimedwait(&signals, nil, &none)
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
    do throws(SystemCallError) {
      try stream.write(line)
      return false
    } catch {
      return error == SystemCallError("write", code: EPIPE)
    }
  }

  @Test("half a line that was written before an error is ended before the next begins")
  func half() async throws {
    let screen = try PipeScreen()
    #expect(fcntl(screen.writer, F_SETFL, O_NONBLOCK) == 0)
    let stream = LogStream(screen.writer)
    let reader = screen.reader
    // Once there is something, it is the half that fits.
    let closing = Task.detached {
      var byte: UInt8 = 0
      let count = read(reader, &byte, 1)
      close(reader)
      return count
    }
    #expect(Self.isCut(stream, line(8000)))
    #expect(await closing.value == 1)
    // The next line finds another thing under the same number.
    let file = open(folder.file("log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    #expect(dup2(file, screen.writer) == screen.writer)
    close(file)
    for _ in 0..<2 { try stream.write("whole") }
    #expect(folder.read("log") == "\nwhole\nwhole\n")
  }
}
