// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Names made from contents: the same on every node, without a table of who has which.
public enum UniqueID {
  /// `prefix:` and the unpadded base64url of the SHA-224 of `prefix:content`: 39 characters more
  /// than the prefix.
  public static func make(prefix: String, content: String) -> String {
    "\(prefix):\(base64URL(SHA2.sha224("\(prefix):\(content)".utf8)))"
  }

  /// `prefix` and `suffix` if they fit in `maximumLength` bytes; else `prefix`, "_" and as much
  /// of the base64url of the suffix's SHA-256 as fits.
  ///
  /// A suffix that starts with "_" is always hashed, as it might be the short form of another.
  /// The prefix must be shorter than `maximumLength`.
  public static func lengthLimited(prefix: String, suffix: String, maximumLength: Int) -> String {
    let room = maximumLength - prefix.utf8.count
    precondition(room > 0, "no room for an ID after its prefix")
    if suffix.utf8.count <= room, !suffix.utf8.starts(with: "_".utf8) {
      return prefix + suffix
    }
    return "\(prefix)_\(base64URL(SHA2.sha256(suffix.utf8)).prefix(room - 1))"
  }

  /// RFC 4648 §5, without padding.
  static func base64URL(_ bytes: [UInt8]) -> String {
    let alphabet = Array(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    var (bits, count) = (0, 0)
    for byte in bytes {
      bits = (bits << 8 | Int(byte)) & 0xffff
      count += 8
      while count >= 6 {
        count -= 6
        text.append(alphabet[bits >> count & 63])
      }
    }
    if count > 0 { text.append(alphabet[bits << (6 - count) & 63]) }
    return String(decoding: text, as: UTF8.self)
  }
}
