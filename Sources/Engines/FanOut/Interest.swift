// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import SyncModel

/// What of everything an agent asks for. There are few, because what goes out is made once for all
/// who ask for the same.
public enum Interest: String, Sendable, Hashable, CaseIterable {
  case everything
  /// Of a node without BGP: no peers, and nothing of how BGP is set up.
  case withoutBGP

  public func includes(_ key: SyncKey) -> Bool {
    switch (self, key) {
    case (.everything, _): true
    case (.withoutBGP, .bgpPeer), (.withoutBGP, .bgpConfiguration): false
    case (.withoutBGP, _): true
    }
  }

  /// The mark `inSync` is everybody's.
  public func includes(_ update: SyncUpdate) -> Bool { update.key.map { includes($0) } ?? true }
}
