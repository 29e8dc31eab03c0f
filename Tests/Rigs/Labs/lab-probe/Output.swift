// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One line to standard output, at once.
func say(_ text: String) { put(text, 1) }

/// One line to standard error.
func complain(_ text: String) { put(text, 2) }

private func put(_ text: String, _ descriptor: Int32) {
  var rest = Array((text + "\n").utf8)[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return }
    rest = rest.dropFirst(count)
  }
}
