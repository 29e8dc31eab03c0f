// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// A small HTTP client: one GET, the body to standard output.
struct Getter {
  var address: SocketAddress
  var path: String
  var milliseconds: Int
  private static let limit = 4 << 20

  func run() -> Int32 {
    guard let socket = Socket(.tcp, family: address.family) else { return 3 }
    let deadline = now() + milliseconds
    let code = address.withPointer { connect(socket.number, $0, $1) }
    if code != 0, errno != EINPROGRESS { return failure(errno) }
    guard wait(socket, POLLOUT, deadline) else { return failure(ETIMEDOUT) }
    let pending = socket.pendingError
    guard pending == 0 else { return failure(pending) }
    guard socket.send("GET \(path) HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n") else {
      return failure(errno)
    }
    var text = ""
    while text.utf8.count < Self.limit {
      guard wait(socket, POLLIN, deadline) else { return failure(ETIMEDOUT) }
      guard let part = socket.receive() else { continue }
      if part.isEmpty { break }
      text += part
    }
    // "HTTP/1.1 200 OK"
    let status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) } ?? 0
    var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)[...]
    let blank = lines.firstIndex(of: "") ?? lines.startIndex
    lines = lines[(blank + 1)...]
    say("\(status)")
    say(lines.joined(separator: "\n"))
    return (200..<300).contains(status) ? 0 : 1
  }

  private func wait(_ socket: Socket, _ events: Int32, _ deadline: Int) -> Bool {
    var entry = pollfd(fd: socket.number, events: Int16(events), revents: 0)
    while true {
      let left = deadline - now()
      guard left > 0, !Stop.isRequested else { return false }
      if poll(&entry, 1, Int32(clamping: left)) > 0 { return true }
    }
  }

  private func failure(_ code: Int32) -> Int32 {
    complain("\(address.host): \(errorText(code))")
    return code == ECONNREFUSED ? 1 : 2
  }
}
