// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where in a packet's way through a node a policy is asked.
public enum PolicyHook: Sendable, Hashable, CaseIterable {
  /// What an endpoint sends and gets.
  case normal
  /// What passes through a host endpoint to or from elsewhere.
  case forward
  /// Before connections are tracked.
  case untracked
  /// Before destinations are translated.
  case preDNAT
}
