// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import PolicyModel

/// What our objects in the kernel are called.
///
/// A name tells an operator what it is for, stays in the characters that `nft` reads back
/// (`[A-Za-z][A-Za-z0-9/._-]*`) and below the kernel's 255 bytes.
enum Names {
  static let table = "calico"

  typealias Direction = PolicyDirection

  static func policy(_ id: PolicyID, _ direction: Direction) -> String {
    limited("policy-\(direction.tag)/\(id)")
  }

  static func profile(_ name: String, _ direction: Direction) -> String {
    limited("profile-\(direction.tag)/\(name)")
  }

  static func stack(_ content: String, _ direction: Direction) -> String {
    "stack-\(direction.tag)/" + hex(hash(content))
  }

  /// Where packets end that a policy, a tier or the lack of a profile denies.
  static func deny(_ what: String) -> String { limited("deny/\(what)") }

  static func set(_ id: IPSetID, _ part: SetPart) -> String {
    let body = id.text.split(separator: ":", maxSplits: 1).last.map(String.init) ?? id.text
    return limited("\(part.prefix)-\(body)")
  }

  /// A comment as `nft` prints and reads it: no double quotes, at most 120 bytes.
  static func comment(_ text: String) -> String {
    var result = ""
    var length = 0
    for scalar in text.unicodeScalars {
      let safe: Unicode.Scalar =
        scalar == "\"" ? "'" : scalar.value < 32 || scalar.value > 126 ? "?" : scalar
      length += 1
      if length > 120 {
        result.unicodeScalars.removeLast(3)
        return result + "..."
      }
      result.unicodeScalars.append(safe)
    }
    return result
  }

  /// FNV-1a, 64 bits: short, stable names from long content. Not for secrets.
  static func hash(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return hash
  }

  static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func limited(_ name: String) -> String {
    var isClean = true
    let clean = String(
      decoding: name.utf8.map { byte -> UInt8 in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
          UInt8(ascii: "_"), UInt8(ascii: "-"):
          return byte
        default:
          isClean = false
          return UInt8(ascii: "_")
        }
      }, as: UTF8.self)
    if isClean, clean.utf8.count <= 200 { return clean }
    return String(clean.prefix(180)) + "_" + hex(hash(name))
  }
}

extension PolicyDirection {
  /// In the names of chains.
  fileprivate var tag: String { self == .ingress ? "in" : "out" }
}

/// One of the kernel's sets that hold the members of one of ours: by family, and single addresses
/// (a hash) apart from networks (intervals).
enum SetPart: String, Sendable, Hashable, CaseIterable {
  case hosts4, nets4, hosts6, nets6, ports4, ports6

  var family: IPFamily {
    switch self {
    case .hosts4, .nets4, .ports4: .v4
    case .hosts6, .nets6, .ports6: .v6
    }
  }

  var prefix: String {
    switch self {
    case .hosts4: "sel4"
    case .nets4: "selnet4"
    case .hosts6: "sel6"
    case .nets6: "selnet6"
    case .ports4: "port4"
    case .ports6: "port6"
    }
  }
}
