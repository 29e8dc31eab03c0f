// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The host's own interfaces, addresses and routes cannot be read. Without them nothing may be
/// programmed, as any interface could be the host's.
public struct HostNetworkError: Error, Hashable, CustomStringConvertible {
  public var reason: String
  public init(reason: String) { self.reason = reason }

  public var description: String {
    "the host's own network cannot be read, and nothing is programmed: \(reason)"
  }
}
