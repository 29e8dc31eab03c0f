// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import SyncModel
import Synchronization

/// What stands between stored objects and the agent's middle: one converter.
final class Feed: Sendable {
  private let converter = Mutex(SyncConverter())

  func batch(
    _ changes: [ResourceChange], _ status: SyncStatus = .inSync, isNew: Bool = false
  ) -> UpdateBatch {
    converter.withLock { $0.convert(changes, status: status, isStatusNew: isNew) }
  }
}
