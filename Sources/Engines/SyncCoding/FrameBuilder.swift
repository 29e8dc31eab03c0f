// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources
public import SyncModel

/// Puts updates together to frames, each of which can be read without any other.
///
/// Equal updates in equal order give equal bytes, in every process.
public struct FrameBuilder: Sendable {
  /// From where on a frame is full.
  public struct Bounds: Sendable, Hashable {
    public var items: Int
    /// Before any compression.
    public var bytes: Int

    /// What repeats is sent once per frame: the larger it is, the less that matters.
    public static let standard = Bounds(items: 65_536, bytes: 4 << 20)

    public init(items: Int, bytes: Int) {
      self.items = items
      self.bytes = bytes
    }
  }

  /// A quarter of what `SyncDecoder` takes.
  private static let expandedBytes = SyncDecoder.Limits.standard.expandedBytes / 4

  public let bounds: Bounds
  private var encoder = FrameEncoder()

  public init(bounds: Bounds = .standard) { self.bounds = bounds }

  public mutating func add(_ update: SyncUpdate) { encoder.write(update) }

  public mutating func add(_ findings: ObjectFindings) {
    encoder.item(.findings, Nothing(), findings)
  }

  /// Says what holds once everything up to here is applied.
  public mutating func add(_ status: SyncStatus, isNew: Bool) {
    encoder.item(.status, Nothing(), StatusItem(status: status, isNew: isNew))
  }

  /// How many items the frame has.
  public var count: Int { encoder.count }
  public var isEmpty: Bool { encoder.count == 0 }

  /// Whether it is time to take the frame. One more item does no harm, but for its size.
  public var isFull: Bool {
    encoder.count >= bounds.items || encoder.size >= bounds.bytes
      || encoder.expansion >= Self.expandedBytes
  }

  /// The frame. What is added afterwards is for the next.
  public mutating func take() -> [UInt8] {
    defer { encoder = FrameEncoder() }
    return encoder.frame()
  }
}

extension SyncUpdate {
  /// The update in a frame of its own.
  public var encoded: [UInt8] {
    var builder = FrameBuilder()
    builder.add(self)
    return builder.take()
  }
}

extension UpdateBatch {
  /// The batch in as few frames as the bounds allow, its status in the last.
  public func frames(bounds: FrameBuilder.Bounds = .standard) -> [[UInt8]] {
    var builder = FrameBuilder(bounds: bounds)
    var frames: [[UInt8]] = []
    for update in updates {
      if builder.isFull { frames.append(builder.take()) }
      builder.add(update)
    }
    for findings in findings {
      if builder.isFull { frames.append(builder.take()) }
      builder.add(findings)
    }
    builder.add(status, isNew: isStatusNew)
    frames.append(builder.take())
    return frames
  }
}
