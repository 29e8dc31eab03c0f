// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// Why the lab could not do what it was asked to; never a verdict on a packet.
public struct LabError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  init(_ description: String) { self.description = description }

  /// The last system call failed.
  static func systemCall(_ what: String) -> LabError {
    LabError("\(what): \(errorText(errno)) (errno \(errno))")
  }
}
