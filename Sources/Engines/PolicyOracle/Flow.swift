// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// The first packet of a connection, as far as policy looks at it. Both addresses are of one
/// family.
public struct Flow: Sendable, Hashable {
  public var source: IPAddress
  public var destination: IPAddress
  public var transport: IPProtocol
  /// Nil for a protocol without ports.
  public var sourcePort: UInt16?
  /// Nil for a protocol without ports.
  public var destinationPort: UInt16?
  /// Nil for a protocol other than ICMP and ICMPv6.
  public var icmpType: UInt8?
  /// Nil for a protocol other than ICMP and ICMPv6.
  public var icmpCode: UInt8?

  public init(
    _ transport: IPProtocol, from source: IPAddress, port sourcePort: UInt16? = nil,
    to destination: IPAddress, port destinationPort: UInt16? = nil, icmpType: UInt8? = nil,
    icmpCode: UInt8? = nil
  ) {
    self.transport = transport
    self.source = source
    self.sourcePort = sourcePort
    self.destination = destination
    self.destinationPort = destinationPort
    self.icmpType = icmpType
    self.icmpCode = icmpCode
  }
}

extension Flow: CustomStringConvertible {
  /// `TCP 10.0.0.1:40000 -> 10.0.0.2:80`, `ICMPv6 type 128 code 0 fd00::1 -> fd00::2`.
  public var description: String {
    var kind = transport.name ?? "protocol \(transport)"
    if let icmpType { kind += " type \(icmpType)" }
    if let icmpCode { kind += " code \(icmpCode)" }
    return "\(kind) \(Self.text(source, sourcePort)) -> \(Self.text(destination, destinationPort))"
  }

  private static func text(_ address: IPAddress, _ port: UInt16?) -> String {
    guard let port else { return "\(address)" }
    return address.family == .v4 ? "\(address):\(port)" : "[\(address)]:\(port)"
  }
}
