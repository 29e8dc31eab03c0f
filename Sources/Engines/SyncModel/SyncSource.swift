// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where a node's updates come from: one ordered stream of what follows from the objects of a
/// datastore. Whether somebody reads the datastore himself, or has it told by another program, is
/// not seen here.
///
/// `run` does the work until its task is cancelled; one consumer calls `next`, and hands each batch
/// to all who need it. While it is slow, what comes meanwhile is merged.
///
/// What a source promises: an object's updates come in the order of its changes. Updates may repeat
/// what is known. The mark `SyncUpdate.inSync` comes last in its batch, and with every status that
/// is `inSync` anew: all that the datastore held when it was last read has then been delivered.
/// While the datastore is locked for a migration, nothing of what happens in it is delivered.
public protocol SyncSource: Sendable {
  /// Follows until the task is cancelled.
  func run() async
  /// Waits for the next updates, findings or another status. Nil when there will be no more, or when
  /// the caller's task is cancelled.
  func next() async -> UpdateBatch?
}
