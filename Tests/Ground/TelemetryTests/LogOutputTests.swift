// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Logging
import TestSupport
import Testing

@testable import Telemetry

@Suite("Where a log goes", .timeLimit(.minutes(1)))
struct LogOutputTests {
  private let folder = TemporaryFolder()

  private func setup(_ change: (inout LogSetup) -> Void) -> LogSetup {
    var setup = LogSetup()
    setup.syslogPath = folder.file("syslog")
    setup.patience = .seconds(60)
    change(&setup)
    return setup
  }

  private func dropped(_ output: LogOutput) -> Double? {
    let metrics = MetricsRegistry()
    output.addMetrics(to: metrics, prefix: "test")
    return metrics.families().first { $0.name == "test_logs_dropped" }?.samples.first?.value
  }

  @Test("each place has its own level, which changes while the program runs")
  func levels() throws {
    let screen = try PipeScreen()
    let daemon = try Daemon(folder.file("syslog"))
    let output = LogOutput(
      program: "test",
      LogConfiguration(
        screen: .warning, file: .debug, filePath: folder.file("log"), syslog: .error),
      setup { $0.descriptor = screen.writer })
    var log = output.logger("a")
    for level in Logger.Level.allCases { log.log(level: level, "1") }
    output.configuration.screen = nil
    output.configuration.file = .critical
    output.configuration.syslog = .info
    for level in Logger.Level.allCases { log.log(level: level, "2") }
    output.configuration.filePath = folder.file("other")
    log.critical("3")
    output.configuration.filePath = ""
    output.configuration.screen = .critical
    log.critical("4")
    // A logger's own level goes before those of the places.
    log.logLevel = .debug
    log.debug("5")
    #expect(output.flush(within: .seconds(60)))
    screen.closeWriter()
    #expect(
      messages(screen.read { _ in false }) == [
        "[WARNING] a: 1", "[ERROR] a: 1", "[CRITICAL] a: 1", "[CRITICAL] a: 4", "[DEBUG] a: 5",
      ])
    #expect(
      messages(folder.read("log")) == [
        "[DEBUG] a: 1", "[INFO] a: 1", "[NOTICE] a: 1", "[WARNING] a: 1", "[ERROR] a: 1",
        "[CRITICAL] a: 1", "[CRITICAL] a: 2",
      ])
    #expect(messages(folder.read("other")) == ["[CRITICAL] a: 3"])
    let sent = (0..<10).map { _ in daemon.next().split(separator: ": ", maxSplits: 1).last }
    #expect(
      sent == [
        "[ERROR] a: 1", "[CRITICAL] a: 1", "[INFO] a: 2", "[NOTICE] a: 2", "[WARNING] a: 2",
        "[ERROR] a: 2", "[CRITICAL] a: 2", "[CRITICAL] a: 3", "[CRITICAL] a: 4", "[DEBUG] a: 5",
      ])
    #expect(dropped(output) == 0)
  }

  @Test("an error is written when the call returns, with all that was logged before")
  func error() {
    for number in 1...20 {
      let output = LogOutput(
        program: "test", LogConfiguration(file: .info, filePath: folder.file("log\(number)")),
        setup { _ in })
      let log = output.logger("a")
      log.info("before")
      log.error("it")
      #expect(messages(folder.read("log\(number)")) == ["[INFO] a: before", "[ERROR] a: it"])
    }
  }

  @Test(
    "a screen that nobody reads holds up neither the program nor the file, and is told its loss")
  func blocked() async throws {
    let screen = try PipeScreen()
    let output = LogOutput(
      program: "test",
      LogConfiguration(screen: .info, file: .info, filePath: folder.file("log")),
      setup {
        $0.descriptor = screen.writer
        $0.waiting = 16 << 10
        $0.patience = .milliseconds(1)
      })
    let log = output.logger("a")
    for number in 1...1000 { log.info("\(number)") }
    log.error("1001")
    var sent = 1001
    await eventually("the file goes on") {
      sent += 1
      log.info("\(sent)")
      return messages(folder.read("log")).last { missing($0) == nil } != "[ERROR] a: 1001"
        && folder.read("log").contains(": \(sent)\n")
    }
    #expect(!output.flush(within: .zero))
    #expect(try #require(dropped(output)) > 0)

    let reading = Task.detached { [screen = Unchecked(screen)] in
      screen.value.read { $0.contains("the end") }
    }
    #expect(output.flush(within: .seconds(60)))
    log.info("the end")
    sent += 1
    var lost = 0
    for text in [await reading.value, folder.read("log")] {
      var last = 0
      for message in messages(text) {
        if let count = missing(message) {
          last += count
          lost += count
        } else if let number = Int(message.split(separator: ": ").last ?? "") {
          #expect(number == last + 1)
          last = number
        }
      }
      #expect(last == sent - 1)
    }
    #expect(dropped(output) == Double(lost))
  }

  @Test("where nothing may be left out, many who log at once lose nothing and mix nothing")
  func threads() async throws {
    let output = LogOutput(
      program: "test",
      LogConfiguration(file: .info, filePath: folder.file("log"), mayDrop: false),
      setup {
        $0.waiting = 2000
        $0.fileSize = 50_000
        $0.oldFiles = 100
      })
    let threads = try (0..<4).map { thread in
      try HostThread(name: "t\(thread)") {
        let log = output.logger("t\(thread)")
        for number in 0..<300 {
          log.info("\(number) \(String(repeating: "\(thread)", count: 500))")
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(output.flush(within: .seconds(60)))
    let names = TemporaryFolder.names(in: folder.path).sorted {
      $0.count == $1.count ? $0 > $1 : $0.count > $1.count
    }
    #expect(names.count > 10)
    let texts = names.map { folder.read($0) }
    #expect(texts.allSatisfy { $0.utf8.count <= 50_000 && $0.hasSuffix("\n") })
    let lines = messages(texts.joined())
    #expect(lines.count == 1200 && dropped(output) == 0)
    for thread in 0..<4 {
      let own = lines.filter { $0.hasPrefix("[INFO] t\(thread): ") }
      #expect(
        own
          == (0..<300).map {
            "[INFO] t\(thread): \($0) " + String(repeating: "\(thread)", count: 500)
          })
    }
  }

  @Test("a file that cannot be opened is said once on the screen, and tried again")
  func badFile() throws {
    let screen = try PipeScreen()
    let time = ManualTime()
    try folder.write("", to: "plain")
    let output = LogOutput(
      program: "test",
      LogConfiguration(screen: .info, file: .info, filePath: folder.file("plain/log")),
      setup {
        $0.descriptor = screen.writer
        $0.clock = time.clock
      })
    let log = output.logger("a")
    for number in 1...3 { log.info("\(number)") }
    #expect(output.flush(within: .seconds(60)))
    #expect(dropped(output) == 3)
    #expect(unlink(folder.file("plain")) == 0)
    time.pass(.seconds(1))
    log.error("4")
    let file = messages(folder.read("plain/log"))
    #expect(file.count == 2 && file.first.flatMap { missing($0) } == 3)
    #expect(file.last == "[ERROR] a: 4")
    screen.closeWriter()
    let said = messages(screen.read { _ in false })
    #expect(said.count == 5)
    #expect(
      said.filter { $0.hasPrefix("[WARNING]") } == [
        "[WARNING] log: log file: open \(folder.file("plain/log")): Not a directory; lines are "
          + "left out until it can be written"
      ])
  }

  @Test("a screen whose reader has gone does not end the program")
  func closed() throws {
    let screen = try PipeScreen()
    screen.closeReader()
    let output = LogOutput(
      program: "test", LogConfiguration(screen: .info), setup { $0.descriptor = screen.writer })
    output.logger("a").error("1")
    #expect(dropped(output) == 1)
  }

  @Test("what went wrong is counted under the program's prefix")
  func metrics() {
    let output = LogOutput(program: "test", LogConfiguration())
    let metrics = MetricsRegistry()
    output.addMetrics(to: metrics, prefix: "typha")
    let text = metrics.text()
    #expect(text.contains("# TYPE typha_logs_dropped counter\ntypha_logs_dropped 0\n"))
    #expect(text.contains("# TYPE typha_log_errors counter\ntypha_log_errors 0\n"))
    output.logger("a").critical("to nowhere")
    #expect(output.flush(within: .zero) && metrics.text() == text)
  }
}

/// A value that a test uses on one task at a time.
private struct Unchecked<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
