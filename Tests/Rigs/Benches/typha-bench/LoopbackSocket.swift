// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// TCP on loopback, as plain descriptors.
enum LoopbackSocket {
  /// As many descriptors as the system allows.
  static func raiseLimit() {
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(files, &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(files, &limit)
  }

  static func connect(port: Int) throws -> Int32 {
    let file = try make()
    let status = withAddress(port) { Glibc.connect(file, $0, $1) }
    guard status == 0 else { throw BenchError(call: "connect") }
    return file
  }

  static func listen(port: Int) throws -> Int32 {
    let file = try make()
    var one: Int32 = 1
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, 4)
    guard withAddress(port, { bind(file, $0, $1) }) == 0, Glibc.listen(file, 1024) == 0 else {
      throw BenchError(call: "listen")
    }
    return file
  }

  private static func make() throws -> Int32 {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard file >= 0 else { throw BenchError(call: "socket") }
    return file
  }

  private static func withAddress(
    _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  /// Writes all of it to a socket that has room for it.
  static func send(_ bytes: [UInt8], to file: Int32) throws {
    guard write(file, bytes, bytes.count) == bytes.count else { throw BenchError(call: "write") }
  }
}
