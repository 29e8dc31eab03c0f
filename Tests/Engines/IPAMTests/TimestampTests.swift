// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPAM

@Suite("Times in stored objects") struct TimestampTests {
  @Test(
    "are RFC 3339 in both directions",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-22T10:15:30Z", 1_795_342_530),
      ("2024-02-29T23:59:59Z", 1_709_251_199), ("2000-03-01T00:00:00Z", 951_868_800),
      ("1969-12-31T23:59:59Z", -1), ("2100-02-28T12:00:00Z", 4_107_499_200),
    ] as [(String, Int64)])
  func bothWays(text: String, seconds: Int64) {
    #expect(Timestamp.milliseconds(text) == seconds * 1000)
    #expect(Timestamp.text(milliseconds: seconds * 1000) == text)
  }

  @Test("may have fractions and zones") func fractionsAndZones() {
    let base: Int64 = 1_795_342_530_000
    #expect(Timestamp.milliseconds("2026-11-22T10:15:30.5Z") == base + 500)
    #expect(Timestamp.milliseconds("2026-11-22T10:15:30.123456789Z") == base + 123)
    #expect(Timestamp.milliseconds("2026-11-22T12:15:30+02:00") == base)
    #expect(Timestamp.milliseconds("2026-11-22t04:45:30-05:30") == base)
  }

  @Test(
    "that are none are refused",
    arguments: [
      "", "2026", "2026-11-22", "2026-11-22T10:15:30", "2026-13-22T10:15:30Z",
      "2026-11-22T24:15:30Z", "2026-11-22T10:15:30.Z", "2026-11-22T10:15:30Zz", "x026-11-22T1",
      "2026-11-22T10:15:30+2:00",
    ])
  func refused(text: String) {
    #expect(Timestamp.milliseconds(text) == nil)
  }
}
