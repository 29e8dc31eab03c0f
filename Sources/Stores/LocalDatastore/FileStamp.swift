// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What shows, as a rule, that a file was written to: which one it is, its size and its time.
struct FileStamp: Equatable {
  private let identity: FileIdentity
  private let size: off_t
  private let seconds: Int
  private let nanoseconds: Int

  /// Nil when there is no file.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    size = status.st_size
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}
