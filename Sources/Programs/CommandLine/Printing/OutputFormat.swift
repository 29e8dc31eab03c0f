// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// How resources are shown.
enum OutputFormat {
  case table
  case wide
  case yaml
  case json
  /// A table of these columns, by the headings of the kinds' own tables.
  case columns([String])

  static let names = "ps, wide, yaml, json, custom-columns=NAME,..."

  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts.first ?? "", parts.count) {
    case ("", 1), ("ps", 1): self = .table
    case ("wide", 1): self = .wide
    case ("yaml", 1): self = .yaml
    case ("json", 1): self = .json
    case ("custom-columns", _):
      let headings = parts.count < 2 ? [] : parts[1].split(separator: ",").map(String.init)
      guard !headings.isEmpty else {
        throw CommandFailure(
          "need to specify at least one column, as in -o custom-columns=NAME")
      }
      self = .columns(headings)
    case ("go-template", _), ("go-template-file", _):
      throw CommandFailure(
        "unrecognized output format \(text.quoted). Go templates are not supported: use -o json")
    default:
      throw CommandFailure("unrecognized output format \(text.quoted), valid are: \(Self.names)")
    }
  }
}
