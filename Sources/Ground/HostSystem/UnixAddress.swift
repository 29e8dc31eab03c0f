// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Glibc

/// Makes a call that takes an address, such as connect(2) or bind(2), with that of a Unix socket.
/// Gives its `errno`, or 0 when it succeeded; ENAMETOOLONG for a path that no address can hold.
public func withUnixAddress(
  _ path: String, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  // Shorter than the field, whose zeros end it.
  guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return ENAMETOOLONG }
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  let size = socklen_t(MemoryLayout<sockaddr_un>.size)
  let result = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, size) }
  }
  return result == 0 ? 0 : errno
}
