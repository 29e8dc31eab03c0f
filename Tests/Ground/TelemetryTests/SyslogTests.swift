// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Logging
import TestSupport
import Testing

@testable import Telemetry

@Suite("Syslog", .timeLimit(.minutes(1)))
struct SyslogTests {
  private let folder = TemporaryFolder()
  private let time = ManualTime()

  private func output(waiting: Int = 1 << 20) -> (LogOutput, MetricsRegistry) {
    var setup = LogSetup()
    setup.syslogPath = folder.file("log")
    setup.waiting = waiting
    setup.clock = time.clock
    let output = LogOutput(program: "calico-test", LogConfiguration(syslog: .trace), setup)
    let metrics = MetricsRegistry()
    output.addMetrics(to: metrics, prefix: "test")
    return (output, metrics)
  }

  private func count(_ name: String, _ metrics: MetricsRegistry) -> Double? {
    metrics.families().first { $0.name == name }?.samples.first?.value
  }

  /// What follows the priority, the date and the sender.
  private func message(_ datagram: String) -> String {
    let parts = datagram.split(separator: "[\(getpid())]: ", maxSplits: 1)
    return parts.count == 2 ? String(parts[1]) : datagram
  }

  @Test("has the form of RFC 3164, with a severity for each level")
  func form() {
    for month in 1...12 {
      let seconds = 1_767_323_045 + (month - 1) * 31 * 86_400
      let line = LogLine(
        seconds: seconds, milliseconds: 67, level: .warning, component: "engine", message: "a\nb",
        metadata: ["k": "v"])
      var (time, date) = (time_t(seconds), tm())
      localtime_r(&time, &date)
      var buffer = [CChar](repeating: 0, count: 64)
      let length = strftime(&buffer, buffer.count, "%b %e %H:%M:%S", &date)
      let expected = String(
        decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      #expect(
        SyslogSocket.message(line, program: "calico-typha", process: 42)
          == "<28>\(expected) calico-typha[42]: [WARNING] engine: a\\nb k=v")
    }
    let priorities = Logger.Level.allCases.map { level in
      SyslogSocket.message(
        LogLine(level: level, component: "", message: ""), program: "p", process: 1
      ).prefix(4)
    }
    #expect(priorities == ["<31>", "<31>", "<30>", "<29>", "<28>", "<27>", "<26>"])
  }

  @Test("without a daemon lines are left out and counted; it is looked for again after a pause")
  func absent() throws {
    let (output, metrics) = output()
    let log = output.logger("a")
    for number in 1...3 { log.info("\(number)") }
    #expect(output.flush(within: .seconds(60)))
    #expect(count("test_log_errors", metrics) == 1)
    #expect(count("test_logs_dropped", metrics) == 3)
    let daemon = try Daemon(folder.file("log"))
    // Not yet.
    log.info("4")
    #expect(output.flush(within: .seconds(60)))
    #expect(count("test_logs_dropped", metrics) == 4)
    time.pass(.seconds(1))
    log.info("5")
    #expect(missing(daemon.next()) == 4)
    #expect(message(daemon.next()) == "[INFO] a: 5")
    #expect(count("test_log_errors", metrics) == 1)
  }

  @Test("a daemon that is started again gets the next line")
  func restarted() throws {
    let (output, metrics) = output()
    let log = output.logger("a")
    var daemon: Daemon? = try Daemon(folder.file("log"))
    log.info("1")
    #expect(daemon.map { message($0.next()) } == "[INFO] a: 1")
    daemon = nil
    let second = try Daemon(folder.file("log"))
    log.info("2")
    #expect(message(second.next()) == "[INFO] a: 2")
    #expect(count("test_log_errors", metrics) == 0 && count("test_logs_dropped", metrics) == 0)
  }

  @Test("a daemon that does not read holds nobody up; when it does, it is told what is missing")
  func full() throws {
    let (output, metrics) = output(waiting: 4096)
    let log = output.logger("a")
    let daemon = try Daemon(folder.file("log"))
    var sent = 0
    func next() {
      sent += 1
      log.info("\(sent)")
    }
    // Until it takes no more, and then until there is no room for those that wait.
    while output.flush(within: .milliseconds(20)) { next() }
    while (count("test_logs_dropped", metrics) ?? 0) < 10 { next() }
    #expect(!output.flush(within: .zero))
    var (last, lost) = (0, 0)
    while last < sent {
      let text = message(daemon.next())
      if let count = missing(text) {
        last += count
        lost += count
      } else {
        #expect(text == "[INFO] a: \(last + 1)")
        last += 1
      }
    }
    #expect(last == sent && lost == 10)
    #expect(count("test_logs_dropped", metrics) == 10 && count("test_log_errors", metrics) == 0)
  }
}
