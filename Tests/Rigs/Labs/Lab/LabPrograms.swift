// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where the programs are that a lab runs: `CALICO_BIN_DIR`, or else `.build/bin` in the working
/// directory or a folder above it, or beside the running program.
public struct LabPrograms: Sendable {
  /// Their folder.
  public let folder: String

  public static let all = [
    "calico", "calico-ipam", "calico-node", "calico-typha", "calicoctl", "lab-probe",
  ]

  /// - Parameter needed: which of them must be there.
  public init(needing needed: [String] = all) throws(LabError) {
    guard let folder = Self.folders.first(where: { LabFiles.isThere($0 + "/lab-probe") }) else {
      throw .notFound(
        "the folder with the programs (CALICO_BIN_DIR or .build/bin, see 'make build')")
    }
    self.folder = folder
    for name in needed where !LabFiles.isThere(path(name)) { throw .notFound(path(name)) }
  }

  public func path(_ name: String) -> String { "\(folder)/\(name)" }

  public func has(_ names: [String]) -> Bool {
    names.allSatisfy { LabFiles.isThere(path($0)) }
  }

  private static var folders: [String] {
    if let text = getenv("CALICO_BIN_DIR").map({ String(cString: $0) }), !text.isEmpty {
      return [absolute(text)]
    }
    return ancestors(of: workingDirectory).map { $0 + "/.build/bin" }
      + ancestors(of: runningProgram).map { $0 + "/bin" }
  }

  /// A folder and all above it.
  private static func ancestors(of path: String) -> [String] {
    var parts = path.split(separator: "/")
    var found: [String] = []
    while true {
      found.append(parts.map { "/" + $0 }.joined())
      if parts.popLast() == nil { return found }
    }
  }

  private static var runningProgram: String {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &bytes, bytes.count)
    return String(
      decoding: bytes.prefix(max(count, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : workingDirectory + "/" + path
  }

  private static var workingDirectory: String {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard getcwd(&bytes, bytes.count) != nil else { return "/" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
