// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What becomes of a packet.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
  case allow
  case deny

  /// As a past participle: "allowed", "denied".
  var participle: String { self == .allow ? "allowed" : "denied" }
}

/// A direction of traffic as the endpoint sees it.
public enum Direction: String, Sendable, Hashable, CaseIterable {
  /// Into the endpoint.
  case ingress
  /// Out of the endpoint.
  case egress
}
