// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// How the bytes of a frame are packed.
public enum Compression: UInt8, Sendable, Hashable, CaseIterable {
  case none = 0
  /// RFC 1950.
  case zlib = 1

  /// As greetings name it.
  public var name: String {
    switch self {
    case .none: "none"
    case .zlib: "zlib"
    }
  }

  /// Below this there is nothing to gain.
  static let least = 256
  /// The most that a byte can stand for: 258 bytes in two bits.
  private static let greatestRatio = 1032

  /// Packs bytes; nil where that would not make them fewer.
  static func deflated(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count >= least else { return nil }
    // One byte less than there are, so that what does not get smaller fails.
    var length = uLongf(bytes.count - 1)
    let packed = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      let status = compress2(
        buffer.baseAddress, &length, bytes, uLong(bytes.count), Z_BEST_SPEED)
      count = status == Z_OK ? Int(length) : 0
    }
    return packed.isEmpty ? nil : packed
  }

  /// Unpacks all of the bytes to exactly so many; nil for anything else.
  static func inflated(_ bytes: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
    // What is claimed costs nothing before it can be true.
    guard size > 0, size / greatestRatio <= bytes.count else { return nil }
    var length = uLongf(size)
    var taken = uLong(bytes.count)
    var isWhole = false
    let unpacked = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      let status = bytes.withUnsafeBufferPointer { source in
        uncompress2(buffer.baseAddress, &length, source.baseAddress, &taken)
      }
      isWhole = status == Z_OK && Int(length) == size && Int(taken) == bytes.count
      count = isWhole ? size : 0
    }
    return isWhole ? unpacked : nil
  }
}
