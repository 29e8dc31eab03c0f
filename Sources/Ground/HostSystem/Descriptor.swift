// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file descriptor that is closed when its owner lets go of it.
public struct Descriptor: ~Copyable, Sendable {
  public let number: Int32

  /// Takes over what a call has returned; nil when the call failed.
  public init?(_ number: Int32) {
    guard number >= 0 else { return nil }
    self.number = number
  }

  deinit { close(number) }
}
