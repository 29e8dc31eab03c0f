// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources

/// What a syncer's consumer takes at once.
public struct SyncBatch: Sendable {
  /// In the order in which they happened, at most one of each key.
  public var changes: [ResourceChange]
  /// For each of the changes, whether it sets an object that the consumer does not have. Whoever
  /// keeps changes back needs that: of what came and went meanwhile nobody has to be told.
  public var areNew: [Bool]
  /// What holds once the changes are applied.
  public var status: SyncStatus
  /// Whether it is another status than that of the batch before; the first batch's is compared with
  /// `waitForDatastore`.
  public var isStatusNew: Bool

  public init(
    changes: [ResourceChange], areNew: [Bool] = [], status: SyncStatus, isStatusNew: Bool
  ) {
    self.changes = changes
    self.areNew = areNew
    self.status = status
    self.isStatusNew = isStatusNew
  }
}
