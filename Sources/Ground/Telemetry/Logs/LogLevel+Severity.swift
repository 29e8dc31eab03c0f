// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Logging

extension Logger.Level {
  /// The level of a severity as Calico's settings name it, in any case; nil for another word.
  public init?(severity: String) {
    let word = severity.lowercased()
    guard let level = word == "fatal" ? .critical : Self(rawValue: word) else { return nil }
    self = level
  }
}
