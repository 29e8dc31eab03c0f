// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import TestSupport
import Testing

@testable import Telemetry

@Suite("Logs")
struct LogTests {
  private func line(_ message: String, _ metadata: Logger.Metadata = [:]) -> String {
    LogLine.text(
      seconds: 1_767_323_045, milliseconds: 67, level: .warning, component: "engine",
      message: message, metadata: metadata)
  }

  @Test("a line has the time in UTC, the level, the component, the message and its values")
  func layout() {
    #expect(
      line(
        "applied",
        ["policies": "3", "a": "b c", "empty": "", "quote": "x=\"\\", "list": ["1", "2"]])
        == #"2026-01-02 03:04:05.067 [WARNING] engine: applied a="b c" empty="" "#
        + #"list="[\"1\", \"2\"]" policies=3 quote="x=\"\\""#)
    let bare = LogLine.text(
      seconds: 0, milliseconds: 0, level: .info, component: "", message: "m", metadata: [:])
    #expect(bare == "1970-01-01 00:00:00.000 [INFO] m")
  }

  @Test("line ends and control characters are written out, so that one message is one line")
  func oneLine() {
    let text = line("a\nb\r\n\tc\u{1B}[31m\u{0}\u{85}\u{2028}é", ["k\n": "v\nw"])
    #expect(text.hasSuffix("a\\nb\\r\\n\\tc\\u{1b}[31m\\u{0}\\u{85}\\u{2028}é k\\n=v\\nw"))
  }

  @Test("a long line is cut between characters and says how much is missing")
  func long() {
    for character in ["x", "é", "😀"] {
      for shift in 0..<4 {
        let text = line(
          String(repeating: "y", count: shift) + String(repeating: character, count: 9000))
        #expect(text.utf8.count <= 8192)
        #expect(text.hasSuffix(" bytes more)") && !text.contains("\u{FFFD}"))
      }
    }
    #expect(line(String(repeating: "x", count: 8100)).hasSuffix("xxx"))
  }

  /// A file in a directory of its own, and what it holds afterwards.
  private func withFile(_ body: (String) throws -> Void) throws -> (text: String, mode: mode_t) {
    let folder = TemporaryFolder()
    let file = folder.file("log")
    try body(file)
    var status = stat()
    try #require(stat(file, &status) == 0)
    return (TemporaryFolder.text(of: file), status.st_mode & 0o777)
  }

  /// The lines without their dates.
  private func messages(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0.dropFirst(24)) }
  }

  @Test("a file is created for its owner alone and written to at its end")
  func file() throws {
    let (text, mode) = try withFile { file in
      try LogOutput(level: .info, file: file).logger("a").info("one")
      try LogOutput(level: .info, file: file).logger("b").error("two", metadata: ["k": "v"])
    }
    #expect(messages(text) == ["[INFO] a: one", "[ERROR] b: two k=v", ""])
    #expect(mode == 0o600)
  }

  @Test("the level of an output changes for all its loggers at once, but not for one with its own")
  func level() throws {
    let (text, _) = try withFile { file in
      let output = try LogOutput(level: .warning, file: file)
      let first = output.logger("first")
      var second = output.logger("second")
      first.info("no")
      output.level = .debug
      #expect(output.level == .debug && first.logLevel == .debug)
      first.debug("yes")
      second.logLevel = .error
      second.warning("no")
      output.level = .critical
      first.error("no")
      second.error("yes")
    }
    #expect(messages(text) == ["[DEBUG] first: yes", "[ERROR] second: yes", ""])
  }

  @Test("values of logger, provider and message are merged, the last one wins")
  func metadata() throws {
    let (text, _) = try withFile { file in
      let output = try LogOutput(level: .info, file: file)
      var handler = LogLineHandler(component: "c", output: output)
      handler.metadataProvider = .init { ["b": "provider", "c": "provider"] }
      handler[metadataKey: "a"] = "logger"
      handler[metadataKey: "b"] = "logger"
      let logger = Logger(label: "c") { [handler] _ in handler }
      logger.info("m", metadata: ["c": "message"])
      #expect(handler[metadataKey: "a"] == "logger")
    }
    #expect(messages(text) == ["[INFO] c: m a=logger b=provider c=message", ""])
  }

  @Test("threads do not mix their lines")
  func threads() async throws {
    var template = Array("/tmp/telemetry-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    close(descriptor)
    let file = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(file) }
    let output = try LogOutput(level: .info, file: file)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<4 {
        group.addTask {
          let logger = output.logger("t\(number)")
          for _ in 0..<100 { logger.info("\(String(repeating: "x", count: 500))") }
        }
      }
    }
    let lines = TemporaryFolder.text(of: file).split(separator: "\n")
    #expect(lines.count == 400)
    #expect(
      lines.allSatisfy { $0.hasSuffix(String(repeating: "x", count: 500)) && $0.utf8.count == 535 })
  }

  @Test("a file that cannot be opened is an error that names it")
  func openError() {
    #expect {
      try LogOutput(level: .info, file: "/nowhere/log")
    } throws: { error in
      "\(error)" == "/nowhere/log: No such file or directory"
    }
  }
}
