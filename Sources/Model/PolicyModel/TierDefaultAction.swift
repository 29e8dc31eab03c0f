// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A tier's verdict at its end.
public enum TierDefaultAction: String, Sendable, Hashable, CaseIterable {
  case deny
  case pass
}
