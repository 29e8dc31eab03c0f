// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Where something listens, as people write it: `host:port`, an IPv6 address in brackets.
public struct HostAndPort: Sendable, Hashable {
  /// Without the brackets.
  public var host: String
  public var port: UInt16

  /// Several, with commas; nil where one of them is something else, or there is none.
  public static func list(_ text: String) -> [HostAndPort]? {
    let places = text.split(separator: ",", omittingEmptySubsequences: false)
      .map { HostAndPort($0) }
    return places.contains(nil) ? nil : places.compactMap { $0 }
  }

  /// Nil for anything else.
  public init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
      port > 0
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard SettingCodec<String>.isWord(host, atMost: 253, with: ":._-") else { return nil }
    self.host = String(host)
    self.port = port
  }
}
