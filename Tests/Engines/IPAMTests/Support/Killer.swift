// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Synchronization
import TestSupport

/// Strikes a client at its n-th call of the store.
final class Killer: Sendable {
  enum Ending: CaseIterable {
    /// The client's life ends: neither that call nor a later one is made.
    case diesBefore
    /// Its life ends, but the call is still made; a later one is not.
    case diesAfter
    /// The call is not made, the client lives on.
    case isRefused
    /// That write, or else the next, is made, but the client, which lives on, is told otherwise.
    case losesAnswer

    var isDeath: Bool { self == .diesBefore || self == .diesAfter }
  }

  /// What the calls throw that are struck.
  static let error = DatastoreError.unavailable("killed")

  private let state = Mutex((calls: 0, hasStruck: false))
  private let limit: Int
  private let ending: Ending

  init(atCall limit: Int, _ ending: Ending) {
    self.limit = limit
    self.ending = ending
  }

  /// Whether the moment has come.
  var hasKilled: Bool { state.withLock(\.hasStruck) }

  /// The calls until now, those that were not made included.
  var calls: Int { state.withLock(\.calls) }

  func wrap(_ store: any Datastore) -> WrappedDatastore {
    var wrapped = WrappedDatastore(store)
    wrapped.before = { _ throws(DatastoreError) in if self.strikesBefore() { throw Self.error } }
    wrapped.after = { _ throws(DatastoreError) in if self.strikesAfter() { throw Self.error } }
    return wrapped
  }

  private func strikesBefore() -> Bool {
    state.withLock { state in
      state.calls += 1
      switch ending {
      case .diesBefore:
        state.hasStruck = state.hasStruck || state.calls >= limit
        return state.hasStruck
      case .diesAfter:
        state.hasStruck = state.hasStruck || state.calls > limit
        return state.hasStruck
      case .isRefused:
        guard !state.hasStruck, state.calls >= limit else { return false }
        state.hasStruck = true
        return true
      case .losesAnswer: return false
      }
    }
  }

  private func strikesAfter() -> Bool {
    state.withLock { state in
      guard state.calls >= limit else { return false }
      switch ending {
      case .diesBefore, .isRefused: return false
      case .diesAfter:
        state.hasStruck = true
        return true
      case .losesAnswer:
        guard !state.hasStruck else { return false }
        state.hasStruck = true
        return true
      }
    }
  }
}
