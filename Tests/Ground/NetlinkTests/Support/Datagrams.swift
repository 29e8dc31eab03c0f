// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Netlink

/// Sends packets inside a namespace.
enum Datagrams {
  /// Brings the loopback up and sends UDP datagrams from 127.0.0.1 to itself.
  static func send(_ count: Int, toPort port: UInt16, in space: TestNamespace) throws {
    try space.namespace.enter {
      let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      for _ in 0..<count {
        _ = withUnsafePointer(to: &address) {
          $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            sendto(
              descriptor, "hello", 5, Int32(MSG_DONTWAIT), $0,
              socklen_t(MemoryLayout<sockaddr_in>.size))
          }
        }
      }
    }
  }

  static func loopbackUp(in space: TestNamespace) throws {
    try space.routes().changeLink(index: 1, LinkChange(isUp: true))
  }
}
