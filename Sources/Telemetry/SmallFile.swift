// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Files of the kernel, which are small and have no size.
enum SmallFile {
  private static let limit = 1 << 20

  /// The text of a file, at most 1 MiB of it; nil when it cannot be read.
  static func text(_ path: String) -> String? {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while all.count < limit {
      let count = read(fd, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      all += buffer[..<count]
    }
    return String(decoding: all, as: UTF8.self)
  }
}
