// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where a server runs: in which network namespace, and at which of its addresses it listens.
public struct RigPlace: Sendable, Hashable {
  /// A namespace that `ip netns` knows by this name; nil is this process's own.
  public var namespace: String?
  public var address: String

  /// Loopback, which nobody else reaches.
  public static let loopback = RigPlace(namespace: nil, address: "127.0.0.1")

  public init(namespace: String?, address: String) {
    self.namespace = namespace
    self.address = address
  }

  /// The words that run a program there.
  func command(_ words: [String]) -> [String] {
    namespace.map { ["/usr/sbin/ip", "netns", "exec", $0] + words } ?? words
  }
}
