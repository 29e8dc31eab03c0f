// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import TestSupport
import Testing

@Suite("Small files", .timeLimit(.minutes(1)))
struct SmallFileTests {
  private func failure(_ path: String, limit: Int = 100) -> SmallFile.Failure? {
    do {
      _ = try SmallFile.read(path, limit: limit)
      return nil
    } catch {
      return error
    }
  }

  @Test("are read to their end, also those of the kernel, which say that they have no bytes")
  func whole() throws {
    let folder = TemporaryFolder()
    for count in [0, 1, 16 << 10, (16 << 10) + 1, 200_000] {
      let text = String((0..<count).map { _ in "abcdefg\n".randomElement() ?? "x" })
      let bytes = Array(text.utf8)
      let path = try folder.write(text, to: "file-\(count)")
      #expect(try SmallFile.read(path, limit: 1 << 20) == bytes)
      #expect(try SmallFile.read(path, limit: count) == bytes)
      if count > 0 { #expect(failure(path, limit: count - 1) == .tooLarge(limit: count - 1)) }
    }
    let environment = try SmallFile.read("/proc/self/environ", limit: 1 << 20)
    #expect(environment.contains(UInt8(ascii: "=")))
    #expect(failure("/proc/self/environ", limit: 1) == .tooLarge(limit: 1))
    #expect(try SmallFile.read("/dev/null", limit: 0) == [])
  }

  @Test("do not hold the reader up where a FIFO has the name, whether or not somebody writes")
  func fifo() throws {
    let folder = TemporaryFolder()
    let path = folder.file("fifo")
    try #require(mkfifo(path, 0o600) == 0)
    #expect(failure(path) == .noFile(what: "FIFO"))
    let both = open(path, O_RDWR | O_CLOEXEC)
    defer { close(both) }
    #expect(failure(path) == .noFile(what: "FIFO"))
    // By another name too.
    try #require(symlink(path, folder.file("link")) == 0)
    #expect(failure(folder.file("link")).map { "\($0)" } == "it is a FIFO, not a file")
  }

  @Test("have one clear error for each thing that is none")
  func others() throws {
    let folder = TemporaryFolder()
    let file = try folder.write("abc", to: "file")
    let socketPath = folder.file("socket")
    let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    try #require(socketPath.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    let expected = [
      (folder.path, "it is a directory, not a file"),
      ("/dev/zero", "it is a device, not a file"),
      ("/dev/full", "it is a device, not a file"),
      (socketPath, "it is a socket, not a file"),
      (folder.file("none"), "No such file or directory"),
      (file + "/below", "Not a directory"),
    ]
    for (path, message) in expected { #expect(failure(path).map { "\($0)" } == message) }
    #expect(failure(folder.file("none"))?.isMissing == true)
    #expect(failure(file + "/below")?.isMissing == true)
    #expect(failure(folder.path)?.isMissing == false)
    #expect(failure(file, limit: 2).map { "\($0)" } == "it is larger than 2 bytes")
  }
}
