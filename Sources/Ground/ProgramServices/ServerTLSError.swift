// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Why a server cannot have the TLS that its settings ask for, in words for a person.
public struct ServerTLSError: Error, Hashable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
