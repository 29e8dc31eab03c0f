// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Kernel settings below `/proc/sys`, named by the components of their path: interface names may
/// hold dots, which a dotted name would split.
///
/// What is below `net` belongs to the network namespace of the calling thread.
public enum Sysctl {
  /// The longest value that is read, in bytes.
  private static let maximumLength = 4096

  /// Reads a setting, without the newline at its end.
  public static func read(_ components: String...) throws(NetlinkError) -> String {
    try read(components)
  }

  public static func read(_ components: [String]) throws(NetlinkError) -> String {
    let path = try path(components)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw NetlinkError.systemCall("read \(path)", "open") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: maximumLength)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    if count < 0 { throw NetlinkError.systemCall("read \(path)", "read") }
    var text = bytes[..<count]
    if text.last == UInt8(ascii: "\n") { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }

  /// Writes a setting.
  public static func write(_ value: String, to components: String...) throws(NetlinkError) {
    try write(value, to: components)
  }

  public static func write(_ value: String, to components: [String]) throws(NetlinkError) {
    let path = try path(components)
    let operation = "write \"\(value)\" to \(path)"
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    if descriptor < 0 { throw NetlinkError.systemCall(operation, "open") }
    defer { close(descriptor) }
    let bytes = Array(value.utf8)
    // The kernel takes a setting whole, in one call.
    if Glibc.write(descriptor, bytes, bytes.count) < 0 {
      throw NetlinkError.systemCall(operation, "write")
    }
  }

  static func isPathComponent(_ text: String) -> Bool {
    !text.isEmpty && text != "." && text != ".."
      && text.utf8.allSatisfy { $0 != UInt8(ascii: "/") && $0 != 0 }
  }

  private static func path(_ components: [String]) throws(NetlinkError) -> String {
    for component in components where !isPathComponent(component) {
      throw NetlinkError(
        "find the kernel setting \(components)",
        .invalid("\"\(component)\" cannot be a part of a path"))
    }
    return "/proc/sys/" + components.joined(separator: "/")
  }
}
