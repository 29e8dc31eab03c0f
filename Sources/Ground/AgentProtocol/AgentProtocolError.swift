// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Bytes that are no message of this protocol, or a message that does not fit into it.
public struct AgentProtocolError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  init(_ description: String) { self.description = description }
}
