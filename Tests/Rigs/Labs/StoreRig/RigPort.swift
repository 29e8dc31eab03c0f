// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// TCP ports for servers of ours on 127.0.0.1.
public enum RigPort {
  /// A port that nobody listens on now. Another process may take it before the server does, who
  /// then must ask for another one.
  public static func free() throws(RigError) -> UInt16 {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { throw RigError("cannot make a socket: errno \(errno)") }
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, length) == 0 ? getsockname(socket, address, &length) : -1
      }
    }
    guard code == 0 else { throw RigError("cannot bind a port of 127.0.0.1: errno \(errno)") }
    return UInt16(bigEndian: address.sin_port)
  }
}
