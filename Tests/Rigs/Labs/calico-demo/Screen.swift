// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Lab

/// What people see. Colours only on a terminal.
final class Screen {
  enum Colour: String {
    case green = "32"
    case red = "31"
    case blue = "34"
    case faint = "2"
    case bold = "1"
  }

  let isQuiet: Bool
  private let hasColours: Bool
  private var steps = 0
  private var isInStep = false

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    hasColours = isatty(1) == 1 && getenv("NO_COLOR") == nil
  }

  func coloured(_ text: String, _ colour: Colour) -> String {
    hasColours ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text
  }

  /// Does something, with a line that says what and how long it took.
  func step(_ title: String, _ body: () throws(LabError) -> Void) throws(LabError) {
    steps += 1
    let number = steps < 10 ? " \(steps)" : "\(steps)"
    put(coloured("[\(number)]", .blue) + " " + coloured(title, .bold) + " ... ")
    isInStep = true
    let watch = Stopwatch()
    try body()
    isInStep = false
    put(coloured(Self.seconds(watch.milliseconds), .faint) + "\n")
  }

  /// Ends the line of a step that failed.
  func abandonStep() {
    if isInStep { put("failed\n") }
    isInStep = false
  }

  static func seconds(_ milliseconds: Int) -> String {
    let tenths = (milliseconds + 50) / 100
    return milliseconds < 1000 ? "\(milliseconds) ms" : "\(tenths / 10).\(tenths % 10) s"
  }

  /// A command and what it printed, as on a node's terminal.
  func show(_ place: String, _ command: String, _ output: String) {
    var text = output[...]
    while text.last == "\n" { text = text.dropLast() }
    put("\n" + coloured("root@\(place):~# \(command)", .blue) + "\n" + text + "\n\n")
  }

  func text(_ text: String) { put(text + "\n") }

  /// What is printed also when it is to be quiet.
  func result(_ text: String) { Self.write(text + "\n", 1) }

  static func complain(_ text: String) { write(text + "\n", 2) }

  private func put(_ text: String) {
    if !isQuiet { Self.write(text, 1) }
  }

  private static func write(_ text: String, _ descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // Nobody reads any more; what has to be done is done all the same.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}

extension String {
  /// Filled up with spaces to a width.
  func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }
}
