// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources
public import SyncCoding
public import SyncModel

/// Everything that a source of updates has told and that still holds, each in as many bytes as it
/// takes on the wire.
///
/// A copy is a snapshot: it does not change with the original, and shares everything with it that
/// does not either.
public struct SnapshotCache: Sendable {
  /// What is left of a batch when what changes nothing is left out.
  public struct Taken: Sendable {
    public var batch: UpdateBatch
    /// Updates that change nothing.
    public var skipped: Int

    /// Whether somebody who knows everything before has anything to learn.
    public var isNews: Bool {
      !batch.updates.isEmpty || !batch.findings.isEmpty || batch.isStatusNew
    }
  }

  /// Each in a frame of its own, where what says the same has the same bytes.
  private var items: [SyncKey: [UInt8]] = [:]
  private var findings: [ResourceKey: ObjectFindings] = [:]
  /// The last status that the source said.
  public private(set) var status = SyncStatus.waitForDatastore
  /// What all items take, in bytes.
  public private(set) var bytes = 0

  public init() {}

  /// How many updates it takes to tell everything.
  public var count: Int { items.count }

  /// How many nodes there are.
  public private(set) var nodes = 0

  /// Takes a batch; what of it is news.
  public mutating func take(_ batch: UpdateBatch) -> Taken {
    var taken = Taken(
      batch: UpdateBatch(status: batch.status, isStatusNew: batch.isStatusNew), skipped: 0)
    for update in batch.updates {
      if take(update) {
        taken.batch.updates.append(update)
      } else {
        taken.skipped += 1
      }
    }
    for found in batch.findings where take(found) { taken.batch.findings.append(found) }
    status = batch.status
    return taken
  }

  /// Whether it changes anything. The mark `inSync` always does.
  private mutating func take(_ update: SyncUpdate) -> Bool {
    guard let key = update.key else { return true }
    let new = update.isDeletion ? nil : update.encoded
    let old = items[key]
    guard old != new else { return false }
    items[key] = new
    bytes += (new?.count ?? 0) - (old?.count ?? 0)
    if case .node = key { nodes += (new == nil ? 0 : 1) - (old == nil ? 0 : 1) }
    return true
  }

  private mutating func take(_ found: ObjectFindings) -> Bool {
    let new = found.problems.isEmpty && found.asks.isEmpty ? nil : found
    guard findings[found.key] != new else { return false }
    findings[found.key] = new
    return true
  }

  /// Everything, in frames, with the status in the last.
  ///
  /// Errors: what was encoded here could not be read again, which is a fault of the coding.
  public func frames(
    for interest: Interest, bounds: FrameBuilder.Bounds = .standard
  ) throws(SyncCodingError) -> [[UInt8]] {
    var builder = FrameBuilder(bounds: bounds)
    var decoder = SyncDecoder()
    var frames: [[UInt8]] = []
    for (key, bytes) in items where interest.includes(key) {
      for update in try decoder.decode(bytes).updates {
        if builder.isFull { frames.append(builder.take()) }
        builder.add(update)
      }
    }
    for found in findings.values {
      if builder.isFull { frames.append(builder.take()) }
      builder.add(found)
    }
    builder.add(status, isNew: true)
    frames.append(builder.take())
    return frames
  }
}
