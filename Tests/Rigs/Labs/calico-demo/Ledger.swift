// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What was expected and what was seen.
struct Ledger {
  private struct Entry {
    var what: String
    var expected: String
    var seen: String
    var isGood: Bool
  }

  private var entries: [Entry] = []

  var isAsExpected: Bool { entries.allSatisfy(\.isGood) && !entries.isEmpty }

  mutating func expect(_ what: String, _ expected: String, seen: String) {
    entries.append(Entry(what: what, expected: expected, seen: seen, isGood: expected == seen))
  }

  /// For what is no equality: says itself whether it is good.
  mutating func judge(_ what: String, _ expected: String, seen: String, isGood: Bool) {
    entries.append(Entry(what: what, expected: expected, seen: seen, isGood: isGood))
  }

  func table(_ screen: Screen) -> String {
    let rows = [("WHAT", "EXPECTED", "SEEN")] + entries.map { ($0.what, $0.expected, $0.seen) }
    let widths = [rows.map(\.0), rows.map(\.1), rows.map(\.2)].map { column in
      column.map(\.count).max() ?? 0
    }
    var lines = [""]
    for (index, row) in rows.enumerated() {
      let text =
        row.0.padded(widths[0]) + "   " + row.1.padded(widths[1]) + "   "
        + row.2.padded(widths[2])
      guard index > 0 else {
        lines.append(screen.coloured(text, .bold))
        continue
      }
      let isGood = entries[index - 1].isGood
      lines.append(
        text + "   " + screen.coloured(isGood ? "ok" : "DIFFERENT", isGood ? .green : .red))
    }
    let wrong = entries.filter { !$0.isGood }.count
    lines.append("")
    lines.append(
      wrong == 0
        ? screen.coloured("All \(entries.count) as expected.", .green)
        : screen.coloured("\(wrong) of \(entries.count) NOT as expected.", .red))
    return lines.joined(separator: "\n")
  }
}
