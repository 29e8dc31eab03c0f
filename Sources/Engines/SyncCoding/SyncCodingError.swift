// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Bytes that are no frame: what is wrong, and where.
public struct SyncCodingError: Error, Hashable, Sendable, CustomStringConvertible {
  public var message: String
  /// Where in the frame, in bytes from its beginning.
  public var offset: Int

  public init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }

  public var description: String { "frame is damaged at byte \(offset): \(message)" }
}
