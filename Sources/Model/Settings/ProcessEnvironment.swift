// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

/// The environment of this process.
public enum ProcessEnvironment {
  /// Bytes of it that are read at most.
  private static let limit = 1 << 20

  /// The variables that the process was started with; of a name that stands twice the first.
  ///
  /// Read from the kernel, since the C library's own list may not be read while another thread
  /// changes it.
  public static var current: [String: String] {
    let bytes = (try? SmallFile.read("/proc/self/environ", limit: limit)) ?? []
    var variables: [String: String] = [:]
    for entry in bytes.split(separator: 0) {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: entry[..<equals], as: UTF8.self)
      if variables[name] == nil {
        variables[name] = String(decoding: entry[(equals + 1)...], as: UTF8.self)
      }
    }
    return variables
  }
}
