// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A place in a text. Both count from 1; columns count Unicode scalars.
public struct Mark: Hashable, Sendable, CustomStringConvertible {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// "line:column"
  public var description: String { "\(line):\(column)" }
}
