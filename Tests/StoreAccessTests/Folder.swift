// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// A folder of a test's own, removed with what a test puts there.
final class Folder: Sendable {
  let path: String

  init() {
    path = "/tmp/store-access-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    mkdir(path, 0o755)
  }

  /// Writes a file and gives its path.
  func write(_ name: String, _ text: String) throws -> String {
    let file = open("\(path)/\(name)", O_CREAT | O_WRONLY | O_TRUNC, 0o600)
    try #require(file >= 0)
    defer { close(file) }
    try #require(Glibc.write(file, text, text.utf8.count) == text.utf8.count)
    return "\(path)/\(name)"
  }

  func makeFolder(_ name: String) throws {
    try #require(mkdir("\(path)/\(name)", 0o755) == 0)
  }

  deinit {
    let names = [
      "calicoctl.cfg", "config", "a.db", "a.db-wal", "a.db-shm", "a.db.doorbell", ".kube/config",
    ]
    for name in names { unlink("\(path)/\(name)") }
    rmdir("\(path)/.kube")
    rmdir(path)
  }
}
