// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

extension SmallFile {
  /// Puts `text` in the place of a file: a reader sees the old or the new text, never half of one,
  /// also when the machine stops in between. It is written beside it first, as `path.new`.
  ///
  /// - Parameter mode: The permissions, whatever the umask.
  public static func replace(
    _ path: String, with text: String, mode: UInt32
  ) throws(SystemCallError) {
    let staged = path + ".new"
    try write(staged, text, mode: mode)
    try rename(staged, to: path)
  }

  /// Writes a file anew, onto the disk.
  public static func write(
    _ path: String, _ text: String, mode: UInt32
  ) throws(SystemCallError) {
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    guard let file = Descriptor(open(path, flags, mode)) else { throw failure("open", path) }
    // It may have been there, and the umask may have taken bits away.
    guard fchmod(file.number, mode) == 0 else { throw failure("chmod", path) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write", path) }
      rest = rest.dropFirst(count)
    }
    guard fsync(file.number) == 0 else { throw failure("fsync", path) }
  }

  /// Gives a file the name of another, which is no more.
  public static func rename(_ path: String, to other: String) throws(SystemCallError) {
    guard Glibc.rename(path, other) == 0 else { throw failure("rename", other) }
  }

  /// Makes a folder and those above it, where they are not there.
  public static func makeFolder(_ path: String) throws(SystemCallError) {
    var at = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      at += "/" + part
      guard mkdir(at, 0o755) == 0 || errno == EEXIST else { throw failure("mkdir", at) }
    }
  }

  private static func failure(_ call: String, _ path: String) -> SystemCallError {
    SystemCallError(call, path, code: errno)
  }
}
