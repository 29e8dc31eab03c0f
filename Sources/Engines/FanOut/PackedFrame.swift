// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import SyncCoding

/// A frame as it goes over a connection.
///
/// Its body is a byte for the compression, four for the frame's length before that, the highest
/// first, and the bytes.
public struct PackedFrame: Sendable, Hashable {
  /// How long a frame may be, packed or not.
  public static let sizeLimit = SyncDecoder.Limits.standard.frameBytes

  public var compression: Compression
  /// The frame's length when it is unpacked.
  public var size: Int
  public var packed: [UInt8]

  /// Packs a frame, if that makes it smaller.
  public init(packing frame: [UInt8], _ compression: Compression) {
    let deflated: [UInt8]? =
      switch compression {
      case .none: nil
      case .zlib: Compression.deflated(frame)
      }
    self.compression = deflated == nil ? .none : compression
    size = frame.count
    packed = deflated ?? frame
  }

  /// The frame.
  ///
  /// Errors: what is packed is not a frame of that size.
  public func unpacked() throws(TyphaProtocolError) -> [UInt8] {
    switch compression {
    case .none:
      guard packed.count == size else {
        throw TyphaProtocolError("a frame of \(size) bytes has \(packed.count)")
      }
      return packed
    case .zlib:
      guard let frame = Compression.inflated(packed[...], size: size) else {
        throw TyphaProtocolError("a compressed frame of \(size) bytes is damaged")
      }
      return frame
    }
  }

  private static let headerBytes = 5

  var bytes: [UInt8] {
    [compression.rawValue] + TyphaMessage.bytes(of: UInt32(truncatingIfNeeded: size)) + packed
  }

  init(_ body: ArraySlice<UInt8>) throws(TyphaProtocolError) {
    guard body.count >= Self.headerBytes, let first = body.first else {
      throw TyphaProtocolError("a frame has no header")
    }
    guard let compression = Compression(rawValue: first) else {
      throw TyphaProtocolError("there is no compression \(first)")
    }
    let size = body.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard size <= Self.sizeLimit else {
      throw TyphaProtocolError("a frame has \(size) bytes, more than \(Self.sizeLimit)")
    }
    self.compression = compression
    self.size = size
    packed = Array(body.dropFirst(Self.headerBytes))
  }
}
