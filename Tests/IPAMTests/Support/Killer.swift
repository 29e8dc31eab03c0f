// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Synchronization

/// Ends a client's life at its n-th call of the store: neither that call nor a later one is made,
/// or (`afterwards`) the n-th is still made but its answer never arrives.
final class Killer: Sendable {
  /// What the calls throw from then on.
  static let error = DatastoreError.unavailable("killed")

  private let state: Mutex<(calls: Int, isDead: Bool)>
  private let limit: Int
  private let afterwards: Bool

  init(atCall limit: Int, afterwards: Bool) {
    self.limit = limit
    self.afterwards = afterwards
    state = Mutex((0, false))
  }

  /// Whether the moment has come.
  var hasKilled: Bool { state.withLock(\.isDead) }

  func wrap(_ store: any Datastore) -> WrappedDatastore {
    var wrapped = WrappedDatastore(store)
    wrapped.before = { () throws(DatastoreError) in
      let isDead = self.state.withLock { state in
        state.calls += 1
        if state.calls >= self.limit, !self.afterwards || state.isDead { state.isDead = true }
        if state.calls > self.limit { state.isDead = true }
        return state.isDead
      }
      if isDead { throw Self.error }
    }
    wrapped.after = { () throws(DatastoreError) in
      let isDead = self.state.withLock { state in
        if self.afterwards, state.calls >= self.limit { state.isDead = true }
        return state.isDead
      }
      if isDead { throw Self.error }
    }
    return wrapped
  }
}
