// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Keys of etcd from one on, up to but without another.
struct KeyRange: Sendable, Hashable {
  var start: [UInt8]
  var end: [UInt8]

  init(start: [UInt8], end: [UInt8]) {
    self.start = start
    self.end = end
  }

  /// All keys that begin so.
  init(prefix: String) {
    start = Array(prefix.utf8)
    end = start
    while let last = end.popLast() {
      guard last < 0xff else { continue }
      end.append(last + 1)
      break
    }
  }

  var startData: Data { Data(start) }
  var endData: Data { Data(end) }
}
