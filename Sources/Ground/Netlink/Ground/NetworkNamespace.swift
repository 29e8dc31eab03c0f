// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// An open network namespace. The kernel keeps it alive as long as this object holds it.
public final class NetworkNamespace: Sendable {
  /// For requests that name a namespace by its descriptor. Valid while this object lives.
  public let fileDescriptor: Int32
  /// What it was opened by, for messages.
  public let path: String

  /// Opens a namespace file, such as `/proc/PID/ns/net` or `/run/netns/NAME`.
  public init(path: String) throws(NetlinkError) {
    let operation = "open the network namespace \(path)"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw NetlinkError.systemCall(operation, "open") }
    fileDescriptor = descriptor
    self.path = path
  }

  /// Opens a namespace that `ip netns` knows by this name.
  public convenience init(name: String) throws(NetlinkError) {
    guard Sysctl.isPathComponent(name) else {
      throw NetlinkError(
        "open a network namespace by name", .invalid("\"\(name)\" cannot be a file's name"))
    }
    try self.init(path: "/run/netns/\(name)")
  }

  /// The namespace of the calling thread.
  public static func current() throws(NetlinkError) -> NetworkNamespace {
    try NetworkNamespace(path: "/proc/thread-self/ns/net")
  }

  deinit { close(fileDescriptor) }

  /// The kernel's number of the namespace: equal numbers (at one time) are the same namespace.
  public func inode() throws(NetlinkError) -> UInt64 {
    var status = stat()
    if fstat(fileDescriptor, &status) < 0 { throw NetlinkError.systemCall("stat \(path)", "fstat") }
    return UInt64(status.st_ino)
  }

  /// Runs `body` with the calling thread in this namespace, and brings it back whatever happens.
  ///
  /// The thread moves, not the task: only for a thread of one's own (`ThreadExecutor`) or a
  /// process that does nothing else. `body` cannot suspend, so nothing else runs there meanwhile.
  public func enter<R>(_ body: () throws -> R) throws -> R {
    try inside { () throws(NetlinkError) in Result { try body() } }.get()
  }

  func inside<R>(_ body: () throws(NetlinkError) -> R) throws(NetlinkError) -> R {
    let home = try NetworkNamespace.current()
    let operation = "enter the network namespace \(path)"
    if setns(fileDescriptor, clinux_CLONE_NEWNET) < 0 {
      throw NetlinkError.systemCall(operation, "setns")
    }
    defer {
      if setns(home.fileDescriptor, clinux_CLONE_NEWNET) < 0 {
        // To go on would be to program somebody else's network.
        fatalError("cannot return from the network namespace \(path): errno \(errno)")
      }
    }
    return try body()
  }
}
