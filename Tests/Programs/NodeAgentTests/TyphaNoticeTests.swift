// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FanOut
import Logging
import Resources
import StoreAccess
import SyncCoding
import Telemetry
import TestSupport
import Testing
import TyphaLink

@testable import NodeAgent

@Suite("What people are told of Typha")
struct TyphaNoticeTests {
  private let health = HealthRegistry()
  private let metrics = MetricsRegistry()
  private let place = ServiceAddress(host: "10.0.0.1", port: 5473)

  private func notice(_ log: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    -> TyphaNotice
  {
    TyphaNotice(
      lock: LockNotice(health: health, metrics: metrics, log: log), health: health,
      metrics: metrics, log: log)
  }

  private var notes: [String] { health.readiness.notes }

  private func value(_ name: String) -> String? {
    metrics.text().split(separator: "\n").first {
      $0.hasPrefix("\(name) ") || $0.hasPrefix("\(name){")
    }
    .map { String($0.split(separator: " ").last ?? "") }
  }

  @Test("is where the agent has everything from, and what is wrong while it has nobody")
  func course() {
    let notice = notice()
    #expect(notes == ["typha: no Typha has let this agent in yet"])
    let greeting = TyphaGreeting(version: 1, host: "h", software: "s", compression: .zlib)
    notice.show(.connected(place, greeting))
    #expect(notes == ["typha: of 10.0.0.1:5473: telling everything"])
    #expect(value("calico_typha_connected") == "1")
    notice.show(.inSync(place))
    #expect(notes == ["typha: of 10.0.0.1:5473"])
    notice.show(.heard(Ping(number: 1, status: .inSync, age: 100, isLocked: false)))
    notice.show(.left(place, "it ended"))
    #expect(value("calico_typha_source_age_seconds") == "-1")
    #expect(value("calico_typha_connected") == "0")
    #expect(notes == ["typha: looking for another one than 10.0.0.1:5473, since it ended"])
    notice.show(.unreachable(reason: "nobody answers", retryIn: .seconds(1)))
    #expect(
      notes == ["typha: none can be reached: nobody answers; the last state stays in force"])
    #expect(value("calico_typha_connections") == "1")
  }

  @Test("is how old its state is, and whether the datastore is locked")
  func pings() {
    let notice = notice()
    #expect(value("calico_typha_source_age_seconds") == "-1")
    notice.show(.heard(Ping(number: 1, status: .inSync, age: 2500, isLocked: true)))
    #expect(value("calico_typha_source_age_seconds") == "2.5")
    #expect(value("calico_datastore_locked") == "1")
    #expect(notes.contains { $0.hasPrefix("datastore: locked for a migration") })
    notice.show(.heard(Ping(number: 2, status: .inSync, age: nil, isLocked: false)))
    #expect(value("calico_typha_source_age_seconds") == "-1")
    #expect(value("calico_datastore_locked") == "0")
    #expect(!notes.contains { $0.hasPrefix("datastore:") })
  }

  @Test("is what only a newer one knows: counted each time, and said once")
  func unknown() throws {
    let folder = TemporaryFolder()
    let output = LogOutput(
      program: "test", LogConfiguration(file: .info, filePath: folder.file("log")))
    let notice = notice(output.logger("typha"))
    let critical = UnknownPart(of: "rule", number: 99, isCritical: true)
    let other = UnknownPart(of: "pool", number: 98, isCritical: false)
    notice.show(.unknown([critical: 2]))
    notice.show(.unknown([critical: 1, other: 4]))
    #expect(metrics.text().contains("calico_typha_unknown_parts{critical=\"true\"} 3\n"))
    #expect(metrics.text().contains("calico_typha_unknown_parts{critical=\"false\"} 4\n"))
    output.flush()
    let lines = folder.read("log").split(separator: "\n")
    #expect(
      lines.count { $0.contains("number 99 of a rule: what it is about allows nothing") } == 1)
    #expect(lines.count { $0.contains("number 98 of a pool: it is left out") } == 1)
  }
}
