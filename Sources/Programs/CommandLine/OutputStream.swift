// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Writes to a descriptor of the process.
enum OutputStream {
  /// Writes all of a text. Where nobody reads any more, there is nobody to tell.
  static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}
