// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Logging
import TestSupport
import Testing

@testable import Telemetry

@Suite("A log's place that fails")
struct LogDrainTests {
  /// A place that fails for as long as it has an error.
  private final class Place: LogWriter {
    var error: SystemCallError?
    var attempts = 0
    var texts: [String] = []

    func write(_ line: LogLine) throws(SystemCallError) {
      attempts += 1
      if let error { throw error }
      texts.append(line.text)
    }
  }

  private final class Reports { var all: [SystemCallError] = [] }

  private func batch(_ messages: String...) -> LogQueue.Batch {
    LogQueue.Batch(lines: messages.map { LogLine(level: .info, component: "", message: $0) })
  }

  @Test("is left alone for a while, said once, and told what is missing when it takes lines again")
  func failing() {
    let (place, reports, time, counts) = (Place(), Reports(), ManualTime(), LogCounts())
    var setup = LogSetup()
    setup.clock = time.clock
    setup.pause = .seconds(5)
    var drain = LogDrain(LogQueue(limit: 0), place, counts: counts, setup: setup) {
      reports.all.append($0)
    }
    drain.write(batch("a"))
    let full = SystemCallError("write", code: ENOSPC)
    place.error = full
    drain.write(batch("b", "c", "d"))
    time.pass(.milliseconds(4999))
    drain.write(batch("e"))
    #expect(place.attempts == 2 && reports.all == [full])
    #expect(counts.errors.value == 1 && counts.dropped.value == 4)
    // In vain again, which is nothing new.
    time.pass(.milliseconds(1))
    drain.write(batch("f", "g"))
    #expect(place.attempts == 3 && reports.all == [full])
    #expect(counts.errors.value == 2 && counts.dropped.value == 6)
    time.pass(.seconds(5))
    place.error = nil
    drain.write(batch("h", "i"))
    let told = LogLine.missing(6).text
    #expect(told.hasPrefix("[WARNING] log: ") && told.hasSuffix(" count=6"))
    #expect(place.texts == ["[INFO] a", told, "[INFO] h", "[INFO] i"])
    // It is well: when it fails again, that is said again and tried at once.
    place.error = full
    drain.write(batch("j"))
    #expect(reports.all == [full, full] && counts.dropped.value == 7 && counts.errors.value == 3)
  }

  @Test("what was left out before it got there is told at once, and is not counted twice")
  func leftOut() {
    let (place, counts) = (Place(), LogCounts())
    var drain = LogDrain(
      LogQueue(limit: 0), place, counts: counts, setup: LogSetup(), report: { _ in })
    var full = batch("a")
    full.missing = 3
    drain.write(full)
    drain.write(batch("b"))
    #expect(place.texts == ["[INFO] a", LogLine.missing(3).text, "[INFO] b"])
    #expect(counts.dropped.value == 0 && counts.errors.value == 0)
  }
}
