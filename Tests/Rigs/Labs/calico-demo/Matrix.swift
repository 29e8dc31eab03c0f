// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Who reaches whom and how: a row for each pod that asks, a column for each that is asked. A cell
/// has a letter for each protocol that gets through, and a dot for one that does not.
struct Matrix {
  static let letters = ["T", "U", "I"]
  static let legend = "T = TCP 6379, U = UDP 53, I = ICMP echo, . = dropped"
  /// A pod does not ask itself.
  static let none = "-"

  var names: [String]
  var cells: [[String]]

  init(names: [String], cells: [[String]]) {
    self.names = names
    self.cells = cells
  }

  /// A table as people write it: a line for each pod, its name first, then its cells.
  init(_ text: String) {
    let rows = text.split(separator: "\n").map { line in
      line.split(separator: " ").map(String.init)
    }
    names = rows.compactMap(\.first)
    cells = rows.map { Array($0.dropFirst()) }
  }

  /// How many single probes of this matrix are as in another one, and how many there are.
  func agreement(with other: Matrix) -> (good: Int, all: Int) {
    var good = 0
    var all = 0
    for row in cells.indices {
      for column in cells[row].indices where row != column {
        let expected = Array(other.cell(row, column))
        for (index, letter) in cells[row][column].enumerated() {
          all += 1
          if index < expected.count, expected[index] == letter { good += 1 }
        }
      }
    }
    return (good, all)
  }

  private func cell(_ row: Int, _ column: Int) -> String {
    guard cells.indices.contains(row), cells[row].indices.contains(column) else { return "" }
    return cells[row][column]
  }

  /// The table; cells that are not as expected are marked and say what was expected.
  func text(expected: Matrix, _ screen: Screen) -> String {
    let width = (names.map(\.count).max() ?? 0) + 2
    var lines = ["from \\ to".padded(width) + names.map { $0.padded(width) }.joined()]
    for row in cells.indices {
      var line = names[row].padded(width)
      for column in cells[row].indices {
        let seen = cells[row][column]
        let wanted = expected.cell(row, column)
        guard seen == wanted else {
          line += screen.coloured("\(seen)!=\(wanted)".padded(width), .red)
          continue
        }
        let colour: Screen.Colour =
          seen == Self.none ? .faint : seen == "TUI" ? .green : seen == "..." ? .red : .blue
        line += screen.coloured(seen.padded(width), colour)
      }
      lines.append(line)
    }
    return lines.joined(separator: "\n") + "\n" + screen.coloured(Self.legend, .faint)
  }
}
