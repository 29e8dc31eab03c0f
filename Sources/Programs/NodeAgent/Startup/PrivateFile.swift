// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// Small files that are replaced whole: a reader sees the old or the new text, never half of one.
enum PrivateFile {
  /// Puts `text` in the place of a file, in its own folder, with these permissions.
  static func replace(_ path: String, with text: String, mode: mode_t) throws(StartupError) {
    let staged = path + ".new"
    let file = open(staged, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard file >= 0 else { throw failure("open", staged) }
    defer { close(file) }
    // The umask may have taken bits away.
    guard fchmod(file, mode) == 0 else { throw failure("chmod", staged) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write", staged) }
      rest = rest.dropFirst(count)
    }
    guard fsync(file) == 0 else { throw failure("fsync", staged) }
    guard rename(staged, path) == 0 else { throw failure("rename", path) }
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(StartupError) {
    var at = ""
    for part in path.split(separator: "/") {
      at += "/" + part
      guard mkdir(at, 0o755) == 0 || errno == EEXIST else { throw failure("mkdir", at) }
    }
  }

  private static func failure(_ call: String, _ path: String) -> StartupError {
    .file(call: call, path: path, reason: errorText(errno))
  }
}
