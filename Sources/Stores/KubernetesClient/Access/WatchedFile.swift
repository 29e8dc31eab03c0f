// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import HostSystem

/// A file that programs replace while it is used.
struct WatchedFile {
  private struct Identity: Hashable {
    var device, inode: UInt
    var size, seconds, nanoseconds: Int
  }

  /// Bytes of a token or of certificates at most.
  private static let limit = 1 << 20

  let path: String
  private var identity: Identity?
  private(set) var bytes: [UInt8] = []

  init(_ path: String) { self.path = path }

  /// Reads the file if it is another one than before. While it cannot be read, what was read before
  /// stays in use. Whether there is something new.
  mutating func refresh() throws(SmallFile.Failure) -> Bool {
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
  mutating func forget() { if identity != nil { identity?.size = -1 } }
}
