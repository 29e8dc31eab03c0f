// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension Coverage {
  /// The counts as a table for people. Lines end with a line feed.
  public var table: String {
    let width = Self.names.map(\.count).max() ?? 0
    var lines = [
      "\(packets) packets in \(worlds) worlds, \(Int(allowedPercent.rounded())) % allowed",
      Self.line("", ["met", "matched", "refused"], width),
    ]
    for name in Self.names {
      let count = self[name]
      lines.append(
        Self.line(name, [count.met, count.matched, count.refused].map(String.init), width))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func line(_ name: String, _ cells: [String], _ width: Int) -> String {
    let padded = cells.map { String(repeating: " ", count: max(0, 9 - $0.count)) + $0 }
    return name + String(repeating: " ", count: max(0, width - name.count)) + padded.joined()
  }
}
