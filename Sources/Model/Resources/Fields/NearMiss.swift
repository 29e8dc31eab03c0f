// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

/// What somebody meant who has written a value in nearly the right form: how it is written here.
///
/// These are words for a message. Nothing is ever read as what was only meant.
enum NearMiss {
  /// What is right instead of a text that is no port; nil when nothing comes to mind.
  static func port(_ text: String) -> String? {
    let bare = trimmed(text)
    if isPort(bare) { return "there must be no space in it, here \"\(bare)\"" }
    for mark in [":", "-", "–", "—", "...", "..", "…", "~", "to"] {
      let ends = parts(bare, by: mark)
      guard ends.count == 2 else { continue }
      switch (number(ends[0]), number(ends[1])) {
      case (let low?, let high?):
        return "a range is written n:m with the lower port first, here "
          + "\"\(min(low, high)):\(max(low, high))\""
      case (_?, nil) where ends[1].isEmpty, (nil, _?) where ends[0].isEmpty:
        return "a range has two ends, such as \"8000:8100\""
      default: continue
      }
    }
    let items = parts(bare, by: ",", ";", " ").filter { !$0.isEmpty }
    if items.count > 1, items.allSatisfy(isPort), items.contains(where: { number($0) != nil }) {
      let list = items.map { number($0) == nil ? "\"\($0)\"" : $0 }.joined(separator: ", ")
      return "each port is an item of the list, here [\(list)]"
    }
    for mark in ["/", ":"] {
      let pair = parts(bare, by: mark)
      guard pair.count == 2 else { continue }
      for (transport, port) in [(pair[0], pair[1]), (pair[1], pair[0])]
      where IPProtocol(name: transport) != nil && isPort(port) {
        return "the protocol is the rule's field protocol, here the port is "
          + (number(port) == nil ? "\"\(port)\"" : port)
      }
    }
    return nil
  }

  /// What is right instead of a text that is neither an address nor a CIDR.
  static func cidr(_ text: String) -> String? {
    let bare = text.filter { !$0.isWhitespace }
    if bare != text, CIDR(bare) != nil { return "there must be no space in it, here \(bare)" }
    let items = parts(text, by: ",", ";", " ").filter { !$0.isEmpty }
    if items.count > 1, items.allSatisfy({ CIDR($0) != nil }) {
      return "each CIDR is an item of the list, here [\(items.joined(separator: ", "))]"
    }
    let ends = parts(text, by: "-")
    if ends.count == 2, IPAddress(ends[0]) != nil, IPAddress(ends[1]) != nil {
      return "a range of addresses is written as one or more CIDRs, such as 10.0.0.0/24"
    }
    let pair = parts(text, by: "/")
    guard pair.count == 2, let address = IPAddress(pair[0]) else { return nil }
    if let mask = IPAddress(pair[1]),
      let length = (0...mask.family.bitWidth).first(where: {
        CIDR(mask, prefixLength: $0).map { $0.netmask == mask } ?? false
      })
    {
      return "a mask is written as the number of its bits, here \(address)/\(length)"
    }
    return "behind the / stands the length of the prefix, a number from 0 to "
      + "\(address.family.bitWidth)"
  }

  /// What is right instead of a text that is no protocol.
  static func transport(_ text: String) -> String? {
    let bare = trimmed(text)
    if bare != text, IPProtocol(name: bare) != nil {
      return "there must be no space in it, here \(bare)"
    }
    if ["any", "all", "*", ""].contains(bare.lowercased()) {
      return "for all protocols leave the field out"
    }
    let items = parts(bare, by: ",", "/", ";", " ").filter { !$0.isEmpty }
    if items.count > 1, items.allSatisfy({ IPProtocol(name: $0) != nil }) {
      return "a rule has one protocol: write a rule for each"
    }
    return nil
  }

  private static func isPort(_ text: String) -> Bool {
    PolicyPort.text(text).problem(hinting: false) == nil
  }

  private static func number(_ text: String) -> Int? {
    guard NameRules.isNumber(text), let number = Int(text), (1...65535).contains(number) else {
      return nil
    }
    return number
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let rest = text.drop(while: \.isWhitespace)
    guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(rest[...last])
  }

  /// What stands between the marks, without the spaces around it.
  private static func parts(_ text: String, by marks: String...) -> [String] {
    var parts = [text[...]]
    for mark in marks {
      parts = parts.flatMap { $0.split(separator: mark, omittingEmptySubsequences: false) }
    }
    return parts.map(trimmed)
  }
}
