// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Files and folders.
enum LabFiles {
  static func makeFolder(_ path: String) throws(LabError) {
    guard mkdir(path, 0o700) == 0 else {
      throw .system(call: "mkdir", subject: path, code: errno)
    }
  }

  static func write(_ text: String, to path: String) throws(LabError) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw .system(call: "open", subject: path, code: errno) }
    defer { close(file) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .system(call: "write", subject: path, code: errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// The text of a file, of at most `limit` bytes; nil when it cannot be read.
  static func read(_ path: String, limit: Int = 16 << 20) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < limit {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The names in a folder, sorted; none when it is not there.
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      // The name's field is longer than the entry itself, which must not be copied whole.
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19
      let start = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      let name = String(cString: start)
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Removes a file, or a folder with all that is in it. Links are removed, not followed.
  static func remove(_ path: String) {
    if unlink(path) == 0 || errno == ENOENT { return }
    for name in names(in: path) { remove(path + "/" + name) }
    rmdir(path)
  }

  /// The last lines of a file, for messages.
  static func tail(of path: String, _ count: Int) -> String {
    (read(path) ?? "").split(separator: "\n").suffix(count).joined(separator: "\n")
  }
}
