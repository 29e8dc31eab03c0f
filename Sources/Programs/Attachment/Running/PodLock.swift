// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Resources

/// Keeps two calls on this host from working on the same interface at once, such as the ADD of a
/// pod's new container and the late DEL of its old one.
///
/// One file for all: each interface locks a byte of its own, so that different pods never wait for
/// each other, no file is left behind, and the kernel lets go when the process ends however it
/// does.
final class PodLock {
  private let descriptor: Int32
  private var isHeld = true

  /// As long as Calico's plugin waits for its lock (compatibility §3.3).
  static let patience = 90_000
  /// A lock that belongs to the open file, not to the process (`F_OFD_SETLK` of linux/fcntl.h).
  private static let setOpenFileLock: Int32 = 37

  init(_ interface: String, _ folders: Folders, patience: Int = PodLock.patience) throws(CNIError) {
    try PluginFile.makeFolder(folders.run)
    let path = folders.run + "/cni.lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("open \(path)") }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    // 44 bits of a hash: always a valid offset.
    lock.l_start = off_t(SHA1.hex(interface).prefix(11), radix: 16) ?? 0
    lock.l_len = 1
    var waited = 0
    while true {
      let result = withUnsafeMutablePointer(to: &lock) {
        fcntl(descriptor, Self.setOpenFileLock, UnsafeMutableRawPointer($0))
      }
      if result == 0 { return }
      let code = errno
      guard code == EAGAIN || code == EACCES || code == EINTR else {
        release()
        throw .system("lock \(path)", code)
      }
      guard waited < patience else {
        release()
        throw CNIError(
          .tryAgainLater,
          "another call has been working on \(interface) for \(patience / 1000) seconds")
      }
      let pause = min(10, patience - waited)
      poll(nil, 0, Int32(pause))
      waited += pause
    }
  }

  /// Lets others in.
  func release() {
    if isHeld { close(descriptor) }
    isHeld = false
  }

  deinit { release() }
}
