// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads files that are configuration and not data: named by people or by other programs, small, and
/// read as a whole.
public enum SmallFile {
  /// Why a file was not read, to stand behind its name: `x.cfg: it is a FIFO, not a file`.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is none of this name.
    case missing(code: Int32)
    /// Something else has that name, such as a directory.
    case noFile(what: String)
    case tooLarge(limit: Int)
    /// A call of the system failed.
    case system(code: Int32)

    public var isMissing: Bool { if case .missing = self { true } else { false } }

    public var description: String {
      switch self {
      case .missing(let code), .system(let code): errorText(code)
      case .noFile(let what): "it is a \(what), not a file"
      case .tooLarge(let limit): "it is larger than \(limit) bytes"
      }
    }
  }

  /// All of a file. Nothing that has the name holds the caller up: not a FIFO, which nobody may ever
  /// write to, and not a device. `/dev/null` is the empty file that people mean by it.
  ///
  /// - Parameter limit: bytes at most.
  public static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    // Not opened to be looked at: that alone may do something to a device.
    var status = stat()
    guard stat(path, &status) == 0 else { throw failure(errno) }
    try check(status)
    // There may be another by now; for that the flags, and another look.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { throw failure(errno) }
    defer { close(file) }
    guard fstat(file, &status) == 0 else { throw failure(errno) }
    try check(status)

    // Whatever size it says: a file of the kernel says that it has none.
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    var bytes: [UInt8] = []
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(errno) }
      if count == 0 { return bytes }
      bytes += buffer.prefix(count)
      guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
    }
  }

  private static func failure(_ code: Int32) -> Failure {
    code == ENOENT || code == ENOTDIR ? .missing(code: code) : .system(code: code)
  }

  private static func check(_ status: stat) throws(Failure) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFCHR where status.st_rdev == null: return
    case S_IFCHR, S_IFBLK: throw .noFile(what: "device")
    case S_IFDIR: throw .noFile(what: "directory")
    case S_IFIFO: throw .noFile(what: "FIFO")
    case S_IFSOCK: throw .noFile(what: "socket")
    default: throw .noFile(what: "thing of an unknown kind")
    }
  }

  /// The number of /dev/null: major 1, minor 3.
  private static let null: dev_t = 1 << 8 | 3
}
