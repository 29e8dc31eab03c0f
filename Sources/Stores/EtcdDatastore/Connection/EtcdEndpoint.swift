// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

/// Where one server of etcd is.
struct EtcdEndpoint: Hashable, Sendable, CustomStringConvertible {
  static let defaultPort = 2379

  var isSecure: Bool
  /// A name or an address; one of IPv6 without brackets.
  var host: String
  var port: Int

  init(isSecure: Bool, host: String, port: Int) {
    self.isSecure = isSecure
    self.host = host
    self.port = port
  }

  /// Reads `http://host:port` or `https://host:port`; without a port it is 2379.
  ///
  /// - Parameter secureByDefault: what it is without a scheme.
  /// - Returns: nil when the text is no such URL.
  init?(_ text: String, secureByDefault: Bool) {
    var rest = Substring(text)
    isSecure = secureByDefault
    let lowercased = text.lowercased()
    if lowercased.hasPrefix("http://") {
      isSecure = false
      rest = rest.dropFirst("http://".count)
    } else if lowercased.hasPrefix("https://") {
      isSecure = true
      rest = rest.dropFirst("https://".count)
    }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    var portText: Substring?
    if rest.hasPrefix("[") {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      host = String(rest[rest.index(after: rest.startIndex)..<end])
      let tail = rest[rest.index(after: end)...]
      guard IPAddress(host)?.family == .v6, tail.isEmpty || tail.hasPrefix(":") else { return nil }
      if !tail.isEmpty { portText = tail.dropFirst() }
    } else {
      let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count <= 2, let first = parts.first else { return nil }
      host = String(first)
      if parts.count == 2 { portText = parts[1] }
    }
    guard !host.isEmpty, host.utf8.allSatisfy(Self.isAllowed) else { return nil }
    port = Self.defaultPort
    if let portText {
      guard let number = UInt16(portText), number > 0 else { return nil }
      port = Int(number)
    }
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: ":"):
      true
    default: false
    }
  }

  var description: String {
    (isSecure ? "https://" : "http://") + (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
  }
}
