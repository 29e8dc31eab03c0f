// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Why a real server, or what belongs to it, is not there.
public struct RigError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
