// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// A file that lines are added to, in the order of their age with those before it: `path`, `path.1`,
/// `path.2`, … None has more than `limit` bytes, and beyond the `old`th they are forgotten.
///
/// It is opened, and its folder made, when there is a line to be written; and again when somebody has
/// moved or removed it.
final class LogFile: LogWriter {
  private let path: String
  private let limit: Int
  private let old: Int
  private var open: (stream: LogStream, device: dev_t, inode: ino_t)?

  init(_ path: String, limit: Int, old: Int) {
    self.path = path
    self.limit = limit
    self.old = old
  }

  func write(_ line: LogLine) throws(SystemCallError) {
    let text = line.dated
    let (stream, size) = try stream()
    guard size > 0, size + text.utf8.count + 1 > limit else { return try stream.write(text) }
    try rotate(stream)
    try self.stream().0.write(text)
  }

  /// What is open under the path now, and its size; a device, a pipe or the like has none.
  private func stream() throws(SystemCallError) -> (LogStream, size: Int) {
    var status = stat()
    if let open, stat(path, &status) == 0, status.st_dev == open.device,
      status.st_ino == open.inode
    {
      return (open.stream, Self.size(status))
    }
    open = nil
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    try SmallFile.makeFolder(folder.joined(separator: "/"))
    // Not to be waited for: a FIFO that nobody reads.
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    let descriptor = Glibc.open(path, flags, 0o600)
    guard descriptor >= 0 else { throw SystemCallError("open", path, code: errno) }
    let stream = LogStream(descriptor, name: path, isOwned: true)
    guard fstat(descriptor, &status) == 0 else { throw SystemCallError("stat", path, code: errno) }
    open = (stream, status.st_dev, status.st_ino)
    return (stream, Self.size(status))
  }

  private static func size(_ status: stat) -> Int {
    status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
  }

  /// Makes room for a new file under the path.
  private func rotate(_ stream: LogStream) throws(SystemCallError) {
    for number in stride(from: old - 1, through: 1, by: -1) {
      // There may not be so many yet.
      rename("\(path).\(number)", "\(path).\(number + 1)")
    }
    guard rename(path, path + ".1") == 0 || errno == ENOENT else {
      // Such as one that is mounted. It must not grow without end.
      let code = errno
      ftruncate(stream.descriptor, 0)
      throw SystemCallError("rename", path, code: code)
    }
  }
}
