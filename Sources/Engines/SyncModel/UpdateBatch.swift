// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources

/// What a source of updates delivers at once.
public struct UpdateBatch: Sendable {
  /// In the order in which they take effect.
  public var updates: [SyncUpdate]
  /// What there is to say now of objects of which there is, or was, something to say; of each object
  /// once at most.
  public var findings: [ObjectFindings]
  /// What holds once the updates are applied.
  public var status: SyncStatus
  /// Whether it is another status than that of the batch before; the first batch's is compared with
  /// `waitForDatastore`.
  public var isStatusNew: Bool

  public init(
    updates: [SyncUpdate] = [], findings: [ObjectFindings] = [], status: SyncStatus,
    isStatusNew: Bool
  ) {
    self.updates = updates
    self.findings = findings
    self.status = status
    self.isStatusNew = isStatusNew
  }
}
