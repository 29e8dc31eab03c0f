// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The sockets of this process.
enum Descriptors {
  /// How many of them are connected to a port.
  static func connections(to port: UInt16) -> Int {
    (0..<1024).count { descriptor in
      var address = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let code = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          getpeername(Int32(descriptor), $0, &length)
        }
      }
      return code == 0 && address.sin_family == sa_family_t(AF_INET)
        && UInt16(bigEndian: address.sin_port) == port
    }
  }
}
