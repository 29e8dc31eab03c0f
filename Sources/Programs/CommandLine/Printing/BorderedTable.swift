// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A table with borders of dashes, as Calico prints the states of its peers.
struct BorderedTable {
  let headings: [String]
  var rows: [[String]] = []

  init(_ headings: [String]) {
    self.headings = headings
  }

  /// Headings stand in the middle of their columns, numbers to the right, all else to the left.
  var text: String {
    let rows = rows.map { $0.map(\.printable) }
    let widths = headings.indices.map { column in
      ([headings] + rows).map { column < $0.count ? $0[column].unicodeScalars.count : 0 }.max() ?? 0
    }
    let border = "+" + widths.map { String(repeating: "-", count: $0 + 2) + "+" }.joined() + "\n"
    func line(_ cells: [String]) -> String {
      "|" + cells.map { " \($0) |" }.joined() + "\n"
    }
    let head = line(
      zip(headings, widths).map { heading, width in
        let left = (width - heading.unicodeScalars.count) / 2
        return (String(repeating: " ", count: left) + heading).padded(to: width)
      })
    let body = rows.map { row in
      line(
        zip(row, widths).map { cell, width in
          guard Double(cell) != nil else { return cell.padded(to: width) }
          return String(repeating: " ", count: width - cell.unicodeScalars.count) + cell
        })
    }
    return border + head + border + body.joined() + border
  }
}
