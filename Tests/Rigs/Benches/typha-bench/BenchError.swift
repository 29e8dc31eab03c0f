// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  /// A call of the system that failed just now.
  init(call: String) { description = "\(call): \(errorText(errno))" }
}
