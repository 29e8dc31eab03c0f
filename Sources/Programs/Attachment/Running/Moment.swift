// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The time of day.
enum Moment {
  /// RFC 3339, UTC, whole seconds.
  static var now: String {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [UInt8](repeating: 0, count: 64)
    let count = text.withUnsafeMutableBytes { buffer in
      strftime(
        buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count,
        "%Y-%m-%dT%H:%M:%SZ", &parts)
    }
    return String(decoding: text[..<count], as: UTF8.self)
  }
}
