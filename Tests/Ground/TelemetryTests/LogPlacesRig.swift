// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import Testing

@testable import Telemetry

/// A pipe with a small buffer, as a screen.
final class PipeScreen {
  private(set) var reader: Int32 = -1
  private(set) var writer: Int32 = -1

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    (reader, writer) = (ends[0], ends[1])
    let setPipeSize: Int32 = 1031
    try #require(fcntl(writer, setPipeSize, 4096) >= 4096)
  }

  deinit {
    closeReader()
    closeWriter()
  }

  func closeReader() {
    if reader >= 0 { close(reader) }
    reader = -1
  }

  func closeWriter() {
    if writer >= 0 { close(writer) }
    writer = -1
  }

  /// Reads until the condition holds, or there is no more.
  func read(until isEnough: (String) -> Bool) -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while !isEnough(String(decoding: bytes, as: UTF8.self)) {
      let count = Glibc.read(reader, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A log daemon: the socket of one.
final class Daemon {
  private let socket: Int32

  init(_ path: String) throws {
    unlink(path)
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    let number = socket
    try #require(withUnixAddress(path) { bind(number, $0, $1) } == 0)
  }

  deinit { close(socket) }

  /// What comes next; waits for it.
  func next() -> String {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(socket, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}

/// The lines without their dates.
func messages(_ text: String) -> [String] {
  text.split(separator: "\n").map { String($0.dropFirst(24)) }
}

/// How many lines such a one says to be missing; nil for any other.
func missing(_ message: some StringProtocol) -> Int? {
  guard message.contains("log: lines are missing here"), let at = message.lastIndex(of: "=") else {
    return nil
  }
  return Int(message[message.index(after: at)...])
}
