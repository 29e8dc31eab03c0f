// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Reads small files.
enum FileBytes {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// All of a file. Errors: it cannot be read, or has more bytes than the limit.
  static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    // Without O_NONBLOCK a FIFO would hold the caller.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw Failure(description: reason(errno)) }
    defer { close(file) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw Failure(description: reason(errno)) }
      if count == 0 { return result }
      result += buffer.prefix(count)
      if result.count > limit { throw Failure(description: "it is larger than \(limit) bytes") }
    }
  }

  static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

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
  mutating func refresh() throws(FileBytes.Failure) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if identity != nil { return false }
      throw FileBytes.Failure(description: FileBytes.reason(errno))
    }
    let found = Identity(
      device: status.st_dev, inode: status.st_ino, size: status.st_size,
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    if found == identity { return false }
    do throws(FileBytes.Failure) {
      let read = try FileBytes.read(path, limit: Self.limit)
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
