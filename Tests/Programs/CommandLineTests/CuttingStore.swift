// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Synchronization
import TestSupport

/// A store that takes some writes and then no more, as if the program had been ended there.
///
/// It takes one write at a time, so that it can end between any two.
final class CuttingStore: Sendable {
  private let left: Mutex<Int>

  private init(_ writes: Int) { left = Mutex(writes) }

  static func wrap(_ store: any Datastore, after writes: Int) -> any Datastore {
    let cutting = CuttingStore(writes)
    var wrapped = WrappedDatastore(store, commitsAtomically: false)
    wrapped.before = { call throws(DatastoreError) in if call.isWrite { try cutting.take() } }
    return wrapped
  }

  private func take() throws(DatastoreError) {
    let isLeft = left.withLock { left in
      left -= 1
      return left >= 0
    }
    if !isLeft { throw .unavailable("the program was ended here") }
  }
}
