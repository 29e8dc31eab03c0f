// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder that is removed with all that is in it when the object goes.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/conformance-test-XXXXXX\0".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, let made = mkdtemp(base) else {
        fatalError("cannot make a folder in /tmp: errno \(errno)")
      }
      return String(cString: made)
    }
  }

  /// The path of a file in it.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  deinit { Self.removeTree(path) }

  /// The names in a folder, without "." and "..".
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func removeTree(_ path: String) {
    if unlink(path) == 0 { return }
    for name in names(in: path) { removeTree("\(path)/\(name)") }
    rmdir(path)
  }
}
