// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension String {
  /// With spaces behind it, so that it is this many characters long.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - unicodeScalars.count))
  }

  /// Without what would move the cursor of a terminal or begin a new row.
  var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }
}
