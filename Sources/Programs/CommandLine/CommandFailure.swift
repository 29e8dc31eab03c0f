// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Why a command did not do what was asked: what people read on standard error. The exit code is 1.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
