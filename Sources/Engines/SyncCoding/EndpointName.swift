// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The name of a workload endpoint in parts, of which most repeat: for a pod
/// `<node>-k8s-<pod>-eth0`, where every part has its dashes twice. Together they are the name
/// exactly, whatever it is.
struct EndpointName {
  /// Up to the first single dash, as it is without doubled dashes.
  var node = ""
  /// What follows, up to and including the last dash.
  var head = ""
  /// The rest without `-eth0`.
  var unique = ""
  /// Whether no `-eth0` ends it.
  var isWhole = false

  private static let tail = "-eth0"

  init() {}

  init(_ name: String) {
    let dash = UInt8(ascii: "-")
    let bytes = name.utf8
    var index = bytes.startIndex
    var hasDashes = false
    while index < bytes.endIndex {
      guard bytes[index] == dash else {
        index = bytes.index(after: index)
        continue
      }
      let next = bytes.index(after: index)
      guard next < bytes.endIndex, bytes[next] == dash else { break }
      hasDashes = true
      index = bytes.index(after: next)
    }
    var rest = name[...]
    if index < bytes.endIndex {
      node = hasDashes ? Self.replacing(name[..<index], double: true) : String(name[..<index])
      rest = name[index...]
    }
    let length = Self.tail.utf8.count
    isWhole = !rest.utf8.suffix(length).elementsEqual(Self.tail.utf8)
    if !isWhole { rest = rest[..<rest.utf8.index(rest.endIndex, offsetBy: -length)] }
    if let last = rest.utf8.lastIndex(of: dash) {
      let cut = rest.utf8.index(after: last)
      head = String(rest[..<cut])
      unique = String(rest[cut...])
    } else {
      unique = String(rest)
    }
  }

  var text: String {
    let first =
      node.utf8.contains(UInt8(ascii: "-")) ? Self.replacing(node[...], double: false) : node
    return first + head + unique + (isWhole ? "" : Self.tail)
  }

  /// Each doubled dash by one, or each one by two.
  private static func replacing(_ text: Substring, double: Bool) -> String {
    let dash = UInt8(ascii: "-")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 8)
    var skips = false
    for byte in text.utf8 {
      if skips {
        skips = false
        continue
      }
      bytes.append(byte)
      guard byte == dash else { continue }
      if double { skips = true } else { bytes.append(dash) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
