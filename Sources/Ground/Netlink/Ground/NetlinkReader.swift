// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A stretch of received bytes. Every read is checked against its end and gives `nil` beyond it:
/// what stands in it comes from outside.
public struct NetlinkReader: Sendable {
  private let storage: [UInt8]
  private let lower: Int
  private let upper: Int

  public init(_ bytes: [UInt8]) {
    storage = bytes
    lower = 0
    upper = bytes.count
  }

  private init(storage: [UInt8], lower: Int, upper: Int) {
    self.storage = storage
    self.lower = lower
    self.upper = upper
  }

  /// Length in bytes.
  public var count: Int { upper - lower }

  /// An integer as it stands in memory.
  @inline(__always)
  public func load<T: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int = 0, as type: T.Type = T.self
  ) -> T? {
    guard offset >= 0, offset <= count - MemoryLayout<T>.size else { return nil }
    return storage.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: lower + offset, as: T.self)
    }
  }

  /// An integer in network byte order.
  @inline(__always)
  public func loadBigEndian<T: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int = 0, as type: T.Type = T.self
  ) -> T? {
    load(offset, as: type).map { T(bigEndian: $0) }
  }

  /// The bytes themselves.
  public var bytes: [UInt8] { [UInt8](storage[lower..<upper]) }

  /// Text up to the first NUL or the end; what is not UTF-8 is replaced.
  public var string: String {
    let part = storage[lower..<upper]
    return String(decoding: part.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// From `offset` on; empty when that is beyond the end.
  public func dropping(_ offset: Int) -> NetlinkReader {
    NetlinkReader(
      storage: storage, lower: Swift.min(lower + Swift.max(0, offset), upper), upper: upper)
  }

  /// The part of this length, or `nil` when there is less.
  public func slice(from offset: Int, count length: Int) -> NetlinkReader? {
    guard offset >= 0, length >= 0, offset <= count, length <= count - offset else { return nil }
    return NetlinkReader(
      storage: storage, lower: lower + offset, upper: lower + offset + length)
  }

  /// The attributes that stand here one after the other, up to the first that is not whole.
  public var attributes: NetlinkAttributes { NetlinkAttributes(reader: self) }

  /// The first attribute of this type.
  public func attribute(_ type: UInt16) -> NetlinkReader? {
    for attribute in attributes where attribute.type == type { return attribute.value }
    return nil
  }
}

/// One attribute: a type and a value.
public struct NetlinkAttribute: Sendable {
  /// Without the flag bits for nesting and byte order.
  public let type: UInt16
  public let value: NetlinkReader
}

/// The attributes in a stretch of bytes. Ends at the first that is not whole.
public struct NetlinkAttributes: Sequence, IteratorProtocol, Sendable {
  private let reader: NetlinkReader
  private var position = 0

  init(reader: NetlinkReader) { self.reader = reader }

  public mutating func next() -> NetlinkAttribute? {
    guard let length: UInt16 = reader.load(position), length >= 4,
      let type: UInt16 = reader.load(position + 2),
      let value = reader.slice(from: position + 4, count: Int(length) - 4)
    else { return nil }
    position += (Int(length) + 3) & ~3
    return NetlinkAttribute(type: type & 0x3fff, value: value)
  }
}
