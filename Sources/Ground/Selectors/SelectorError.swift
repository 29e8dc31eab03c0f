// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Why a text is no selector.
public struct SelectorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was expected and what was found, without the position.
  public var message: String
  /// Where, in bytes of UTF-8 from 0.
  public var offset: Int

  public init(message: String, offset: Int) {
    self.message = message
    self.offset = offset
  }

  /// The message with the position counted from 1.
  public var description: String { "\(message) at position \(offset + 1)" }
}
