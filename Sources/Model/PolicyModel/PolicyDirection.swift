// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The two ways that a packet meets an endpoint.
public enum PolicyDirection: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Towards the endpoint.
  case ingress
  /// From the endpoint.
  case egress

  public static func < (a: Self, b: Self) -> Bool { a == .ingress && b == .egress }
}
