// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A growing buffer that netlink messages and their nested attributes are written to.
///
/// Integers are written as they stand in memory unless the label says `bigEndian`; everything is
/// padded to four bytes as the kernel wants it. An attribute longer than its 16-bit length can say
/// is not written wrongly in silence: `overflowed` is set, and senders refuse the buffer.
public struct NetlinkWriter: ~Copyable {
  /// The longest payload of one attribute, in bytes.
  public static let maximumPayload = 0xffff - 4

  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  /// Bytes written.
  public private(set) var count = 0
  /// An attribute was longer than 65,535 bytes.
  public private(set) var overflowed = false

  public init(capacity: Int = 4096) {
    self.capacity = max(capacity, 64)
    base = .allocate(byteCount: self.capacity, alignment: 8)
  }

  deinit { base.deallocate() }

  /// A copy of what was written.
  public var bytes: [UInt8] {
    [UInt8](UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Lends what was written.
  public borrowing func withBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Cuts back to an earlier `count`. More than was written is no change.
  public mutating func truncate(to earlier: Int) {
    count = min(count, max(0, earlier))
  }

  /// Changes an integer that has been written. Nothing happens beyond the end.
  mutating func overwrite<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at position: Int) {
    guard position >= 0, position <= count - MemoryLayout<T>.size else { return }
    base.storeBytes(of: value, toByteOffset: position, as: T.self)
  }

  private mutating func reserve(_ extra: Int) {
    let needed = count + extra
    guard needed > capacity else { return }
    let larger = max(needed, capacity * 2)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 8)
    moved.copyMemory(from: base, byteCount: count)
    base.deallocate()
    base = moved
    capacity = larger
  }

  // MARK: Raw parts

  /// Appends an integer without a header.
  @inline(__always)
  public mutating func append<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
    reserve(MemoryLayout<T>.size)
    base.storeBytes(of: value, toByteOffset: count, as: T.self)
    count += MemoryLayout<T>.size
  }

  /// Appends bytes without a header or padding.
  public mutating func append(bytes: some Collection<UInt8>) {
    let size = bytes.count
    reserve(size)
    let room = UnsafeMutableRawBufferPointer(start: base + count, count: size)
    room.copyBytes(from: bytes)
    count += size
  }

  /// Pads with zeros to a multiple of four.
  public mutating func pad() {
    let padding = (4 - count & 3) & 3
    reserve(padding)
    for offset in 0..<padding {
      base.storeBytes(of: 0, toByteOffset: count + offset, as: UInt8.self)
    }
    count += padding
  }

  // MARK: Messages

  /// Writes one message: header, what `body` writes, length filled in.
  public mutating func message<E: Error>(
    type: UInt16, flags: NetlinkFlags, sequence: UInt32, portID: UInt32 = 0,
    _ body: (inout NetlinkWriter) throws(E) -> Void
  ) throws(E) {
    let start = count
    append(UInt32(0))
    append(type)
    append(flags.rawValue)
    append(sequence)
    append(portID)
    try body(&self)
    base.storeBytes(
      of: UInt32(truncatingIfNeeded: count - start), toByteOffset: start, as: UInt32.self)
    pad()
  }

  // MARK: Attributes

  @inline(__always)
  private mutating func header(_ type: UInt16, _ payload: Int) {
    if payload > Self.maximumPayload { overflowed = true }
    append(UInt16(truncatingIfNeeded: payload + 4))
    append(type)
  }

  /// An attribute that holds attributes.
  @inline(__always)
  public mutating func nested<E: Error>(
    _ type: UInt16, _ body: (inout NetlinkWriter) throws(E) -> Void
  ) throws(E) {
    let start = count
    append(UInt16(0))
    append(type | 0x8000)
    try body(&self)
    let length = count - start
    if length > 0xffff { overflowed = true }
    base.storeBytes(of: UInt16(truncatingIfNeeded: length), toByteOffset: start, as: UInt16.self)
    pad()
  }

  public mutating func put<T: FixedWidthInteger & BitwiseCopyable>(_ type: UInt16, _ value: T) {
    header(type, MemoryLayout<T>.size)
    append(value)
    pad()
  }

  public mutating func put<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: UInt16, bigEndian value: T
  ) {
    put(type, value.bigEndian)
  }

  /// A string with its closing NUL.
  public mutating func put(_ type: UInt16, string: String) {
    header(type, string.utf8.count + 1)
    append(bytes: string.utf8)
    append(UInt8(0))
    pad()
  }

  public mutating func put(_ type: UInt16, bytes: some Collection<UInt8>) {
    header(type, bytes.count)
    append(bytes: bytes)
    pad()
  }
}
