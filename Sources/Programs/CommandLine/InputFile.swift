// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import ValueTree

/// Reads files that people name.
enum InputFile {
  /// Bytes of a file at most.
  static let limit = 16 << 20

  /// The files that a path means: itself, or those of a folder that are YAML or JSON by name, in
  /// order.
  static func files(at path: String, recursive: Bool) throws -> [String] {
    guard isFolder(path) else { return [path] }
    var files: [String] = []
    try collect(path, recursive: recursive, depth: 0, into: &files)
    return files
  }

  private static let folderDepth = 64

  private static func collect(
    _ folder: String, recursive: Bool, depth: Int, into files: inout [String]
  ) throws {
    guard depth < folderDepth else {
      throw CommandFailure("\(folder.onOneLine): folders are nested deeper than \(folderDepth)")
    }
    for name in try names(in: folder) {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      if isFolder(path) {
        if recursive { try collect(path, recursive: true, depth: depth + 1, into: &files) }
      } else if [".yaml", ".yml", ".json"].contains(where: name.hasSuffix) {
        files.append(path)
      }
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw failure(folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Waits for what has yet to be written: people hand over pipes as files, as in `-f <(helm ...)`.
  ///
  /// - Parameter limit: bytes at most.
  static func read(_ path: String, limit: Int = limit) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    return try contents(of: descriptor, path, limit)
  }

  /// - Parameter limit: bytes at most.
  static func standardInput(limit: Int = limit) throws -> [UInt8] {
    try contents(of: STDIN_FILENO, "standard input", limit)
  }

  private static func contents(
    of descriptor: Int32, _ path: String, _ limit: Int
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw CommandFailure("\(path.onOneLine) is too large: at most \(limit >> 20) MiB are read")
      }
    }
  }

  private static func failure(_ path: String) -> CommandFailure {
    let code = errno
    let reason = errorText(code)
    return CommandFailure("failed to execute command: cannot read \(path.onOneLine): \(reason)")
  }
}
