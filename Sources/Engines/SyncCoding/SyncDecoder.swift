// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources
public import SyncModel

/// Something of a frame that only a newer version knows.
public struct UnknownPart: Hashable, Sendable {
  /// What it is a part of: `workload endpoint`, `rule`; `update` for a kind of update.
  public var of: String
  /// The number of the field, or of the kind.
  public var number: Int
  /// Whether what it is a part of, or concerns, allows nothing because of it.
  public var isCritical: Bool

  public init(of: String, number: Int, isCritical: Bool) {
    self.of = of
    self.number = number
    self.isCritical = isCritical
  }
}

/// What a frame holds.
public struct SyncFrame: Sendable {
  /// In their order.
  public var updates: [SyncUpdate] = []
  public var findings: [ObjectFindings] = []
  /// What holds once everything up to here is applied; nil where the frame does not say.
  public var status: SyncStatus?
  /// Whether it is another status than before.
  public var isStatusNew = false
  /// How often there was something that is not known to this version.
  public var unknown: [UnknownPart: Int] = [:]

  public init() {}
}

/// Reads frames. One that is damaged changes nothing.
public struct SyncDecoder: Sendable {
  /// What a frame may cost.
  public struct Limits: Sendable, Hashable {
    /// How long it may be.
    public var frameBytes: Int
    /// What it may expand to, counted as if nothing in it were shared.
    public var expandedBytes: Int
    /// How many bytes of selectors are kept for later frames.
    public var selectorBytes: Int

    /// Four times what `FrameBuilder` makes of many items, and more than any single object gives.
    public static let standard = Limits(
      frameBytes: 16 << 20, expandedBytes: 256 << 20, selectorBytes: 4 << 20)

    public init(frameBytes: Int, expandedBytes: Int, selectorBytes: Int) {
      self.frameBytes = frameBytes
      self.expandedBytes = expandedBytes
      self.selectorBytes = selectorBytes
    }
  }

  public let limits: Limits
  private var selectors: SelectorMemo

  public init(limits: Limits = .standard) {
    self.limits = limits
    selectors = SelectorMemo(limit: limits.selectorBytes)
  }

  public mutating func decode(_ bytes: [UInt8]) throws(SyncCodingError) -> SyncFrame {
    // Lent, so that what is added to it makes no copy.
    var memo = SelectorMemo(limit: limits.selectorBytes)
    swap(&memo, &selectors)
    var decoder = try FrameDecoder(bytes, limits: limits, selectors: memo)
    var frame = SyncFrame()
    while let shape = try decoder.nextItem() {
      guard let kind = ItemKind(rawValue: shape.number) else {
        let item = try decoder.unknownItem()
        guard shape.isCritical else { continue }
        let id = UnknownUpdateID(kind: shape.number, name: item.name)
        frame.updates.append(.unknown(id, shape.isDeletion ? nil : item.concern))
        continue
      }
      try frame.read(kind, from: &decoder)
    }
    frame.unknown = decoder.unknown
    selectors = decoder.memo
    return frame
  }
}
