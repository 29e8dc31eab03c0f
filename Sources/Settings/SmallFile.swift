// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads files that are configuration, not data.
package enum SmallFile {
  /// All of a file; nil when there is none.
  ///
  /// Errors: it cannot be read, or has more bytes than the limit.
  package static func contents(
    of path: String, limit: Int
  ) throws(ConfigurationError) -> [UInt8]? {
    if let bytes = bytes(of: path, limit: limit) { return bytes }
    let code = errno
    if code == ENOENT || code == ENOTDIR { return nil }
    let reason = code == EFBIG ? "larger than \(limit) bytes" : String(cString: strerror(code))
    throw ConfigurationError("cannot read \(path): \(reason)")
  }

  /// All of a file; nil when it cannot be read, and then `errno` says why: `EFBIG` when it has more
  /// bytes than the limit.
  private static func bytes(of path: String, limit: Int) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { return nil }
      if count == 0 { return result }
      result += buffer.prefix(count)
      if result.count > limit {
        errno = EFBIG
        return nil
      }
    }
  }
}
