// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One ordered stream of the changes of a store: a syncer, or what stands between one and its
/// consumer.
///
/// `run` does the work until its task is cancelled; one consumer calls `next`.
public protocol ChangeSource: Sendable {
  /// Follows the store until the task is cancelled. `next` gives nil after that.
  func run() async
  /// Waits for the next changes or another status. Nil when `run` has ended and everything was
  /// taken, or when the caller's task is cancelled.
  func next() async -> SyncBatch?
}

extension Syncer: ChangeSource {}
