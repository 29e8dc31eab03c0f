// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The machine's processes, as /proc shows them.
enum ProcessTable {
  static var all: [pid_t] { LabFiles.names(in: "/proc").compactMap { pid_t($0) } }

  /// Fields of /proc/PID/stat after the name, which may contain anything.
  private static func fields(of pid: pid_t) -> [Substring]? {
    guard let text = LabFiles.read("/proc/\(pid)/stat", limit: 4096),
      let end = text.lastIndex(of: ")")
    else { return nil }
    return text[text.index(after: end)...].split(separator: " ")
  }

  /// When the process started, in the kernel's ticks since the boot; nil when there is none, or
  /// only what is left of it for its parent. Together with the number it names a process for good.
  static func startTime(of pid: pid_t) -> UInt64? {
    // State, and field 22 of proc(5).
    guard let fields = fields(of: pid), fields.count > 19, fields[0] != "Z", fields[0] != "X"
    else { return nil }
    return UInt64(fields[19])
  }

  static func name(of pid: pid_t) -> String? {
    LabFiles.read("/proc/\(pid)/comm", limit: 256).map { String($0.prefix { $0 != "\n" }) }
  }

  /// The network namespace that a process is in, as an inode; nil when it is gone.
  static func networkNamespace(of pid: pid_t) -> UInt? {
    guard startTime(of: pid) != nil else { return nil }
    return inode("/proc/\(pid)/ns/net")
  }

  static func inode(_ path: String) -> UInt? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return UInt(status.st_ino)
  }

  /// The processes in any of these network namespaces, but not this process.
  static func processes(in namespaces: Set<UInt>) -> [pid_t] {
    let own = getpid()
    return all.filter { pid in
      pid != own && networkNamespace(of: pid).map(namespaces.contains) ?? false
    }
  }

  /// Processes whose environment mentions a text, but not this process.
  static func processes(withEnvironment text: String) -> [pid_t] {
    let own = getpid()
    return all.filter { pid in
      pid != own && startTime(of: pid) != nil
        && LabFiles.read("/proc/\(pid)/environ", limit: 1 << 20)?.contains(text) ?? false
    }
  }
}
