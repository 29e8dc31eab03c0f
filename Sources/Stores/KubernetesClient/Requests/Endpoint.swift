// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The parts of a server's URL.
struct Endpoint: Sendable, Hashable {
  var usesTLS: Bool
  /// Without the brackets of an IPv6 address.
  var host: String
  var port: Int
  /// Empty, or beginning with a slash and not ending with one.
  var path: String

  /// Nil for what is no `http://` or `https://` URL of a server.
  init?(_ url: String) {
    var rest = url[...]
    if rest.hasPrefix("https://") {
      usesTLS = true
      rest = rest.dropFirst(8)
    } else if rest.hasPrefix("http://") {
      usesTLS = false
      rest = rest.dropFirst(7)
    } else if !rest.contains("://"), !rest.isEmpty {
      // As kubectl takes it.
      usesTLS = false
    } else {
      return nil
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    path = String(rest[slash...])
    while path.hasSuffix("/") { path.removeLast() }
    var authority = rest[..<slash]
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = String(authority[authority.index(after: authority.startIndex)..<end])
      authority = authority[authority.index(after: end)...]
    } else {
      let colon = authority.firstIndex(of: ":") ?? authority.endIndex
      host = String(authority[..<colon])
      authority = authority[colon...]
    }
    port = usesTLS ? 443 : 80
    if !authority.isEmpty {
      guard authority.hasPrefix(":"), let number = UInt16(authority.dropFirst()), number > 0 else {
        return nil
      }
      port = Int(number)
    }
    let isPlain = (host + path).utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    guard !host.isEmpty, isPlain, !host.contains("@"), !path.contains(where: { "?#".contains($0) })
    else { return nil }
  }

  /// The URL with another name for the host.
  func url(host name: String? = nil) -> String {
    let host = name ?? host
    let text = host.contains(":") ? "[\(host)]" : host
    return "\(usesTLS ? "https" : "http")://\(text):\(port)\(path)"
  }
}
