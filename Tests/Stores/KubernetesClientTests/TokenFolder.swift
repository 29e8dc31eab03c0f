// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import StoreRig

/// A token in a file.
final class TokenFolder: Sendable {
  private let folder: RigFolder
  var path: String { folder.file("token") }

  init() throws { folder = try RigFolder("token") }

  func set(_ token: String) throws { try folder.write(token, to: "token") }
}
