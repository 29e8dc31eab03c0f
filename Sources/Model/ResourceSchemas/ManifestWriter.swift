// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// Writes the definitions into a folder of a checkout.
public struct ManifestWriter {
  public let folder: String

  public init(folder: String) { self.folder = folder }

  /// Writes the definitions of all kinds in all forms, and removes files of other kinds.
  ///
  /// - Returns: the number of files.
  public func write() throws(ManifestError) -> Int {
    var count = 0
    try makeFolder(folder)
    for form in DefinitionForm.allCases {
      let path = "\(folder)/\(form.folder)"
      try makeFolder(path)
      for resource in CustomResource.all {
        try write(resource.manifest(form), to: "\(path)/\(resource.fileName)")
        count += 1
      }
      let known = Set(CustomResource.all.map(\.fileName))
      for name in names(in: path) where name.hasSuffix(".yaml") && !known.contains(name) {
        unlink("\(path)/\(name)")
      }
    }
    return count
  }

  private func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names
  }

  private func makeFolder(_ path: String) throws(ManifestError) {
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw ManifestError("cannot make \(path): \(errorText(errno))")
    }
  }

  private func write(_ text: String, to path: String) throws(ManifestError) {
    guard let file = fopen(path, "we") else {
      throw ManifestError("cannot write \(path): \(errorText(errno))")
    }
    let bytes = Array(text.utf8)
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else {
      throw ManifestError("cannot write \(path): \(errorText(errno))")
    }
  }
}

/// Why a definition could not be written.
public struct ManifestError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
