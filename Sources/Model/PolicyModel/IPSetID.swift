// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A set's identity: the selector's unique ID (`s:…`), or that of a named port (`n:…`); compatibility
/// §2.
public struct IPSetID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var text: String

  public init(_ text: String) { self.text = text }

  public var description: String { text }

  public static func < (a: Self, b: Self) -> Bool { a.text < b.text }
}
