// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// Files that programs on the node leave for each other.
enum PluginFile {
  /// Bytes of a file with one line at most.
  private static let lineLimit = 4096

  /// The text of a file with one line, without spaces around it.
  static func line(_ path: String) throws(SmallFile.Failure) -> String {
    let bytes = try SmallFile.read(path, limit: lineLimit)
    func isBlank(_ byte: UInt8) -> Bool { byte <= 32 }
    let text = bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads to the end, but not more than `limit` bytes; `nil` when that fails.
  static func contents(of descriptor: Int32, limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16384)
    while bytes.count < limit {
      let room = min(chunk.count, limit - bytes.count)
      let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, room) }
      if count < 0, errno == EINTR { continue }
      if count < 0 { return nil }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return bytes
  }

  /// Writes all bytes, or says what went wrong.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(CNIError) {
    var at = ""
    for part in path.split(separator: "/") {
      at += "/\(part)"
      guard mkdir(at, 0o755) == 0 || errno == EEXIST else { throw .system("mkdir \(at)") }
    }
  }
}
