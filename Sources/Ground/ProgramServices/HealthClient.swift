// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// Asks a program on this machine for its health, in one HTTP/1.0 request.
public struct HealthClient: Sendable {
  private let program: String
  private let settings: String
  private let host: String
  private let port: Int
  /// How long each part of the answer may be waited for.
  var limit = Duration.seconds(5)

  /// - Parameters:
  ///   - program: The name of the program that is asked, for messages.
  ///   - settings: The settings that have it serve health, for messages: "X_HEALTHENABLED=true, …".
  public init(program: String, settings: String, host: String, port: Int) {
    self.program = program
    self.settings = settings
    self.host = host
    self.port = port
  }

  /// Whether the program says that all is well, and its words.
  ///
  /// - Parameter what: `liveness` or `readiness`.
  public func ask(_ what: String) throws(HealthClientError) -> (isGood: Bool, text: String) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &hints, &found) == 0 else {
      throw HealthClientError("no such host: \(host)")
    }
    defer { freeaddrinfo(found) }
    var candidate = found
    while let current = candidate {
      if let answer = try exchange(current.pointee, what) { return try read(answer) }
      candidate = current.pointee.ai_next
    }
    throw HealthClientError(
      "\(program) does not answer on \(host):\(port): it does not run, or serves no health "
        + "(\(settings))")
  }

  /// The answer of one address; `nil` when nobody listens there.
  private func exchange(
    _ address: addrinfo, _ what: String
  ) throws(HealthClientError) -> [UInt8]? {
    let file = socket(address.ai_family, Int32(SOCK_STREAM.rawValue), 0)
    guard file >= 0 else { return nil }
    defer { close(file) }
    let (seconds, attoseconds) = self.limit.components
    var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    guard connect(file, address.ai_addr, address.ai_addrlen) == 0 else { return nil }
    let request = Array("GET /\(what) HTTP/1.0\r\nHost: \(host)\r\nConnection: close\r\n\r\n".utf8)
    guard send(file, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
      return nil
    }
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while answer.count < 1 << 20 {
      let count = recv(file, &chunk, chunk.count, 0)
      // The answer is whole when the other side says so by its end.
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        throw HealthClientError(
          "\(program) on \(host):\(port) gave no whole answer to \(what): \(errorText(code))")
      }
      if count == 0 { break }
      answer += chunk[..<count]
    }
    return answer
  }

  private func read(_ answer: [UInt8]) throws(HealthClientError) -> (isGood: Bool, text: String) {
    let text = String(decoding: answer, as: UTF8.self)
    let words = text.split(separator: " ", maxSplits: 2)
    guard words.count > 1, words[0].hasPrefix("HTTP/"), let code = Int(words[1]) else {
      throw HealthClientError("\(host):\(port) does not speak HTTP")
    }
    let body = text.firstRange(of: "\r\n\r\n").map { text[$0.upperBound...] } ?? ""
    return ((200..<300).contains(code), String(body))
  }
}
