// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where the node keeps what outlives a boot, and where its sockets and locks are.
struct Folders: Sendable {
  /// `CALICO_LIB_DIR`
  let library: String
  /// `CALICO_RUN_DIR`
  let run: String

  init(_ environment: [String: String]) throws(CNIError) {
    func folder(_ name: String, _ standard: String) throws(CNIError) -> String {
      guard let text = environment[name], !text.isEmpty else { return standard }
      guard text.hasPrefix("/"), text.utf8.count <= 4096 else {
        throw CNIError(
          .invalidEnvironment,
          "\(name) must be an absolute path, is '\(Words.shortened(text))'")
      }
      return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
    }
    library = try folder("CALICO_LIB_DIR", "/var/lib/calico")
    run = try folder("CALICO_RUN_DIR", "/var/run/calico")
  }
}
