// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A small file that other programs replace while it is used: a token, a certificate, a key.
public struct WatchedFile: Sendable {
  private struct Identity: Hashable {
    var device, inode: UInt
    var size, seconds, nanoseconds: Int
  }

  /// Bytes of a file at most.
  private static let limit = 1 << 20

  public let path: String
  private var identity: Identity?
  /// What was read last; none before the first reading.
  public private(set) var bytes: [UInt8] = []

  /// Reads nothing yet.
  public init(_ path: String) { self.path = path }

  /// Reads the file if it is another one than before. While it cannot be read, what was read before
  /// stays in use. Whether there is something new.
  ///
  /// Errors: it cannot be read, and never was.
  public mutating func refresh() throws(SmallFile.Failure) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if identity != nil { return false }
      throw .missing(code: errno)
    }
    let found = Identity(
      device: status.st_dev, inode: status.st_ino, size: status.st_size,
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    if found == identity { return false }
    do throws(SmallFile.Failure) {
      let read = try SmallFile.read(path, limit: Self.limit)
      // Half-written: it will look different once it is complete.
      if read.isEmpty, identity != nil { return false }
      bytes = read
    } catch {
      if identity != nil { return false }
      throw error
    }
    identity = found
    return true
  }

  /// Takes the file for a new one the next time.
  public mutating func forget() { if identity != nil { identity?.size = -1 } }
}
