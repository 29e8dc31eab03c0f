// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Logging
import TestSupport
import Testing

@testable import Telemetry

@Suite("Logs")
struct LogTests {
  private func line(_ message: String, _ metadata: Logger.Metadata = [:]) -> String {
    LogLine(
      seconds: 1_767_323_045, milliseconds: 67, level: .warning, component: "engine",
      message: message, metadata: metadata
    ).dated
  }

  @Test("a line has the time in UTC, the level, the component, the message and its values")
  func layout() {
    #expect(
      line(
        "applied",
        ["policies": "3", "a": "b c", "empty": "", "quote": "x=\"\\", "list": ["1", "2"]])
        == #"2026-01-02 03:04:05.067 [WARNING] engine: applied a="b c" empty="" "#
        + #"list="[\"1\", \"2\"]" policies=3 quote="x=\"\\""#)
    let bare = LogLine(
      seconds: 0, milliseconds: 0, level: .info, component: "", message: "m", metadata: [:])
    #expect(bare.dated == "1970-01-01 00:00:00.000 [INFO] m")
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

  /// A log in a file of its own, and what it holds afterwards.
  private func text(_ level: Logger.Level, _ body: (LogOutput) throws -> Void) rethrows -> String {
    let folder = TemporaryFolder()
    let output = LogOutput(
      program: "test", LogConfiguration(file: level, filePath: folder.file("log")))
    try body(output)
    output.flush(within: .seconds(60))
    return folder.read("log")
  }

  /// The lines without their dates.
  private func messages(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0.dropFirst(24)) }
  }

  @Test("the level of an output changes for all its loggers at once, but not for one with its own")
  func level() {
    let text = text(.warning) { output in
      let first = output.logger("first")
      var second = output.logger("second")
      first.info("no")
      output.configuration.file = .debug
      #expect(output.level == .debug && first.logLevel == .debug)
      first.debug("yes")
      second.logLevel = .error
      second.warning("no")
      output.configuration.file = .critical
      first.error("no")
      second.error("yes")
    }
    #expect(messages(text) == ["[DEBUG] first: yes", "[ERROR] second: yes", ""])
  }

  @Test("values of logger, provider and message are merged, the last one wins")
  func metadata() {
    let text = text(.info) { output in
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
}
