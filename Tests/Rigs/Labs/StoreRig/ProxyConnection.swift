// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// One connection through a proxy, with a thread for each direction.
final class ProxyConnection: Sendable {
  private let client: Int32
  private let server: Int32
  private let proxy: TCPProxy
  private let ended = Mutex(0)

  init(client: Int32, server: Int32, proxy: TCPProxy) {
    self.client = client
    self.server = server
    self.proxy = proxy
  }

  func start() {
    for (from, to) in [(client, server), (server, client)] {
      do {
        try startThread { self.pass(from: from, to: to) }
      } catch {
        end()
      }
    }
  }

  private func pass(from: Int32, to: Int32) {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    loop: while true {
      let count = read(from, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      while proxy.harm.withLock({ $0.isStalled && !$0.isClosed }) { usleep(2000) }
      var allowed = count
      if from == server {
        let (delay, left) = proxy.harm.withLock { harm in
          if let left = harm.bytesLeft { harm.bytesLeft = max(0, left - count) }
          return (harm.delay, harm.bytesLeft == 0 ? 0 : nil as Int?)
        }
        if delay > 0 { usleep(delay) }
        if left != nil { allowed = count / 2 }
      }
      var bytes = buffer[..<allowed]
      while !bytes.isEmpty {
        let sent = bytes.withUnsafeBytes {
          send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if sent < 0, errno == EINTR { continue }
        guard sent > 0 else { break loop }
        bytes = bytes.dropFirst(sent)
      }
      if allowed < count {
        proxy.cut()
        break
      }
    }
    end()
  }

  /// Ends both directions; the second to end closes the sockets.
  private func end() {
    shutdown(client, Int32(SHUT_RDWR))
    shutdown(server, Int32(SHUT_RDWR))
    let isLast = ended.withLock { ended in
      ended += 1
      return ended == 2
    }
    guard isLast else { return }
    proxy.harm.withLock { $0.sockets.subtract([client, server]) }
    close(client)
    close(server)
  }
}
