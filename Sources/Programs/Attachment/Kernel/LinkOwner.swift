// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// Whose the host's end of a pair is: it stands in the interface's alias, where `ip link` shows it
/// too. The name cannot tell: it is a hash, and others may have chosen it.
struct LinkOwner: Hashable, CustomStringConvertible {
  /// Namespace, pod and the interface's name inside, with slashes between.
  let interface: String
  /// The container's ID.
  let container: String

  private static let mark = "calico:"
  /// Bytes at most, so that the whole fits into the 255 bytes of an alias.
  private static let interfaceLimit = 180
  private static let containerLimit = 64

  init(interface: String, container: String) {
    self.interface = Self.shortened(interface, Self.interfaceLimit)
    self.container = Self.shortened(container, Self.containerLimit)
  }

  /// `nil` for what no version of this plugin has written.
  init?(alias: String?) {
    guard let alias, alias.hasPrefix(Self.mark) else { return nil }
    let parts = alias.dropFirst(Self.mark.count).split(
      separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    (interface, container) = (String(parts[0]), String(parts[1]))
  }

  var alias: String { "\(Self.mark)\(interface) \(container)" }

  var description: String {
    "\(Words.shortened(interface)) of the container \(Words.shortened(container))"
  }

  /// A text that is too long ends in its hash.
  private static func shortened(_ text: String, _ limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    let hash = SHA1.hex(text)
    return String(decoding: text.utf8.prefix(limit - 1 - hash.utf8.count), as: UTF8.self)
      + "~" + hash
  }
}
