// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A protocol number of the IP header, with the names that policies use.
public struct IPProtocol: RawRepresentable, Hashable, Comparable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let icmp = IPProtocol(rawValue: 1)
  public static let tcp = IPProtocol(rawValue: 6)
  public static let udp = IPProtocol(rawValue: 17)
  public static let icmpv6 = IPProtocol(rawValue: 58)
  public static let sctp = IPProtocol(rawValue: 132)
  public static let udplite = IPProtocol(rawValue: 136)

  /// The protocols that have a name, in the order of their numbers.
  public static let named: [IPProtocol] = [.icmp, .tcp, .udp, .icmpv6, .sctp, .udplite]

  /// "TCP", "UDP", "ICMP", "ICMPv6", "SCTP", "UDPLite"; nil for all others.
  public var name: String? {
    switch self {
    case .icmp: "ICMP"
    case .tcp: "TCP"
    case .udp: "UDP"
    case .icmpv6: "ICMPv6"
    case .sctp: "SCTP"
    case .udplite: "UDPLite"
    default: nil
    }
  }

  /// By name, in any case.
  public init?(name: String) {
    switch name.lowercased() {
    case "icmp": self = .icmp
    case "tcp": self = .tcp
    case "udp": self = .udp
    case "icmpv6": self = .icmpv6
    case "sctp": self = .sctp
    case "udplite": self = .udplite
    default: return nil
    }
  }

  /// Whether rules for the protocol may name ports: TCP, UDP and SCTP.
  public var hasPorts: Bool { self == .tcp || self == .udp || self == .sctp }

  public static func < (a: IPProtocol, b: IPProtocol) -> Bool { a.rawValue < b.rawValue }
}

extension IPProtocol: CustomStringConvertible, LosslessStringConvertible {
  /// A name in any case or a number in 0...255 without leading zeros.
  public init?(_ text: String) {
    if let number = Digits.decimal(text.utf8.span, limit: 255) {
      self.init(rawValue: UInt8(truncatingIfNeeded: number))
    } else {
      self.init(name: text)
    }
  }

  /// The name, or the number of a protocol without one.
  public var description: String { name ?? "\(rawValue)" }
}
