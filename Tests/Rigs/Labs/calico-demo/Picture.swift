// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The cluster, drawn.
enum Picture {
  struct Box {
    var title: String
    var lines: [String]
  }

  private static let perRow = 3

  static func text(network: String, boxes: [Box]) -> String {
    let width = boxes.flatMap { [$0.title] + $0.lines }.map(\.count).max() ?? 0
    var lines: [String] = []
    var rest = boxes[...]
    while !rest.isEmpty {
      let row = Array(rest.prefix(perRow))
      rest = rest.dropFirst(perRow)
      lines += cable(network, row.count, width) + drawn(row, width)
    }
    return lines.map { "  " + $0 }.joined(separator: "\n")
  }

  /// The switch above a row of boxes.
  private static func cable(_ network: String, _ count: Int, _ width: Int) -> [String] {
    let full = count * (width + 4) + (count - 1) * 2
    let name = " switch \(network) "
    let left = Swift.max(2, (full - name.count) / 2)
    let line =
      String(repeating: "=", count: left) + name
      + String(repeating: "=", count: Swift.max(2, full - name.count - left))
    let middle = String(repeating: " ", count: (width + 4) / 2)
    let drop = (middle + "|").padded(width + 6)
    return [line, String(repeating: drop, count: count)]
  }

  private static func drawn(_ row: [Box], _ width: Int) -> [String] {
    let height = row.map(\.lines.count).max() ?? 0
    let edge = row.map { _ in "+" + String(repeating: "-", count: width + 2) + "+" }
      .joined(separator: "  ")
    var lines = [edge]
    lines.append(row.map { "| " + $0.title.padded(width) + " |" }.joined(separator: "  "))
    for index in 0..<height {
      lines.append(
        row.map { box in
          "| " + (box.lines.indices.contains(index) ? box.lines[index] : "").padded(width) + " |"
        }.joined(separator: "  "))
    }
    return lines + [edge]
  }
}
