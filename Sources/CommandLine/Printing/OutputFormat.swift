// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How resources are shown.
enum OutputFormat: String, CaseIterable {
  case table = "ps"
  case wide
  case yaml
  case json

  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
