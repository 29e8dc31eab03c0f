// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// A listening socket and its file.
struct Listener {
  let path: String
  let fd: Int32
  private let device: dev_t
  private let inode: ino_t

  /// Listens. A socket that a dead process left is removed, one that answers is an error.
  init(path: String) throws(AgentServerError) {
    guard UnixSocket.isUsable(path) else { throw .badPath(path) }
    self.path = path
    let directoryLock = try Self.lockDirectory(of: path)
    defer { close(directoryLock) }
    try Self.removeStaleSocket(path)
    do throws(UnixSocket.Failure) {
      let fd = try UnixSocket.make()
      do throws(UnixSocket.Failure) {
        // The file that bind makes takes its mode from the socket: 0600 from the first moment, and
        // without changing the umask under the feet of other threads. The umask can only take away.
        guard fchmod(fd, 0o600) == 0 else { throw UnixSocket.Failure(code: errno) }
        try UnixSocket.bind(fd, to: path)
        var file = stat()
        guard listen(fd, 64) == 0, lstat(path, &file) == 0 else {
          let failure = UnixSocket.Failure(code: errno)
          unlink(path)
          throw failure
        }
        (device, inode) = (file.st_dev, file.st_ino)
      } catch {
        close(fd)
        throw error
      }
      self.fd = fd
    } catch { throw .system(path: path, message: error.text) }
  }

  /// Closes the socket and removes its file, unless somebody put another one there.
  func closeAndRemove() {
    var file = stat()
    if lstat(path, &file) == 0, file.st_dev == device, file.st_ino == inode { unlink(path) }
    close(fd)
  }

  /// Two agents that start at the same moment look, remove and bind one after the other.
  private static func lockDirectory(of path: String) throws(AgentServerError) -> Int32 {
    let directory =
      path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
    let fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard fd >= 0 else { throw .system(path: directory, message: errorText(errno)) }
    let deadline = Deadline(inMilliseconds: 2000)
    while flock(fd, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR, deadline.remaining > 0 else {
        let message = errorText(errno)
        close(fd)
        throw .system(path: directory, message: "cannot lock the directory: \(message)")
      }
      poll(nil, 0, 5)
    }
    return fd
  }

  private static func removeStaleSocket(_ path: String) throws(AgentServerError) {
    var file = stat()
    guard lstat(path, &file) == 0 else {
      if errno == ENOENT { return }
      throw .system(path: path, message: errorText(errno))
    }
    guard file.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
    do throws(UnixSocket.Failure) {
      let probe = try UnixSocket.make()
      defer { close(probe) }
      try UnixSocket.connect(probe, to: path)
    } catch {
      switch error.code {
      case ECONNREFUSED:
        guard unlink(path) == 0 || errno == ENOENT else {
          throw .system(path: path, message: errorText(errno))
        }
        return
      case EAGAIN: throw .inUse(path: path)  // alive, with a full queue
      default: throw .system(path: path, message: error.text)
      }
    }
    throw .inUse(path: path)
  }
}
