// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The system's words for an error number.
public func errorText(_ code: Int32) -> String {
  strerror(code).map { String(cString: $0) } ?? "error \(code)"
}
