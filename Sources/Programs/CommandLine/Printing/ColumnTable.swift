// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A table of columns that spaces keep apart, the last one included.
struct ColumnTable {
  var rows: [[String]]

  init(_ rows: [[String]]) {
    self.rows = rows
  }

  /// A line for each row, with at least three spaces after each cell and cells at least five wide.
  var text: String {
    let rows = rows.map { $0.map(\.printable) }
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        let width = max(5, cell.unicodeScalars.count + 3)
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], width)
      }
    }
    return rows.map { row in
      zip(row, widths).map { $0.padded(to: $1) }.joined() + "\n"
    }.joined()
  }
}
