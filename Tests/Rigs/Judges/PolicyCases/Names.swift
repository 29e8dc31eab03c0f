// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The names that generated things have: short, dotted, and as long as they may be.
enum Names {
  static let namespaces = ["blue", "green", "red", padded("blue", to: 63)]

  /// One has dots, and one is too long to be a label's value.
  static let accounts = ["alpha", "beta", "alpha.of-blue", padded("alpha", to: 64)]

  /// A pod's; it ends in its number.
  static func pod(_ index: Int, _ dice: inout Dice) -> String {
    let prefix = dice.pick(
      ["", "", "", "web.", String(repeating: "long.name.", count: 16)], or: "")
    return "\(prefix)pod\(index)"
  }

  /// A network set's.
  static func set(_ index: Int, _ dice: inout Dice) -> String {
    let short = "set-\(index)"
    return dice.pick([short, short, "net.\(short)", padded("\(short).net", to: 253)], or: short)
  }

  /// A label of a policy's name, as it is or as long as it may be.
  static func policy(_ short: String, _ dice: inout Dice) -> String {
    dice.chance(15) ? padded(short, to: 63) : short
  }

  /// Ends in as many letters as it needs.
  private static func padded(_ name: String, to length: Int) -> String {
    let rest = length - name.utf8.count - 1
    if rest < 1 { return name }
    // Of a dotted name no part is longer than a label.
    guard rest > 60 else { return "\(name)-\(String(repeating: "x", count: rest))" }
    return padded("\(name).\(String(repeating: "x", count: 59))", to: length)
  }
}
