// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Synchronization
import TestSupport

/// Counts the calls that write.
final class CallLog: Sendable {
  private let counts = Mutex((commits: 0, others: 0))

  var commits: Int { counts.withLock(\.commits) }
  var otherWrites: Int { counts.withLock(\.others) }

  func wrap(_ store: any Datastore) -> any Datastore {
    var wrapped = WrappedDatastore(store)
    wrapped.before = { call throws(DatastoreError) in
      guard call.isWrite else { return }
      self.counts.withLock { counts in
        if call == .commit { counts.commits += 1 } else { counts.others += 1 }
      }
    }
    return wrapped
  }
}
