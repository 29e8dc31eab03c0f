// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How far whoever follows a store can trust what he has.
public enum SyncStatus: String, Sendable, Hashable, CaseIterable {
  /// The store has not answered yet, or no longer does. What was delivered is the last known state.
  case waitForDatastore = "wait-for-ready"
  /// The store answers; some of its contents are still to come.
  case resyncInProgress = "resync"
  /// Everything that was in the store has been delivered, and changes follow as they happen.
  case inSync = "in-sync"
}
