// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A configuration that cannot be used, in one message for people.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  public var message: String

  public init(_ message: String) { self.message = message }

  public var description: String { message }
}
