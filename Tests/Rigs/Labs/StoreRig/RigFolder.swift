// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// A folder for a server's files, removed with all that is in it when the object goes. It is in
/// memory where this system has a place for that, so that a server's data survives the server and
/// costs no waiting for a disk.
public final class RigFolder: Sendable {
  public let path: String

  /// - Parameter purpose: a word in the folder's name, for people who look there.
  public init(_ purpose: String) throws(RigError) {
    let root = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(root)/calico-rig-\(purpose)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw RigError("cannot make a folder in \(root): \(errorText(errno))")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The path of a file in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file that only its owner reads, and gives its path.
  @discardableResult
  public func write(_ text: String, to name: String) throws(RigError) -> String {
    let path = file(name)
    let file = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw RigError("cannot write \(path): errno \(errno)") }
    defer { close(file) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw RigError("cannot write \(path): errno \(errno)") }
      bytes = bytes.dropFirst(count)
    }
    return path
  }

  /// Makes a folder in it (0700), and gives its path.
  @discardableResult
  public func makeFolder(_ name: String) throws(RigError) -> String {
    guard mkdir(file(name), 0o700) == 0 || errno == EEXIST else {
      throw RigError("cannot make \(file(name)): errno \(errno)")
    }
    return file(name)
  }

  /// The text of a file; empty when it cannot be read.
  public static func text(of path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer.prefix(count)
    }
  }

  /// Removes a file, or a folder with all that is in it.
  public static func remove(_ path: String) {
    if unlink(path) == 0 { return }
    guard let stream = opendir(path) else { return }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { remove("\(path)/\(name)") }
    }
    closedir(stream)
    rmdir(path)
  }

  deinit { Self.remove(path) }
}
