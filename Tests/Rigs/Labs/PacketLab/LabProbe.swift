// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// One packet, or for TCP one connection, to try.
public struct LabProbe: Sendable, Hashable {
  /// TCP, UDP, ICMP or ICMPv6.
  public var transport: IPProtocol
  public var source: IPAddress
  public var destination: IPAddress
  public var sourcePort: UInt16
  public var destinationPort: UInt16
  public var icmpType: UInt8
  public var icmpCode: UInt8

  public init(
    _ transport: IPProtocol, from source: IPAddress, port sourcePort: UInt16 = 0,
    to destination: IPAddress, port destinationPort: UInt16 = 0, icmpType: UInt8 = 0,
    icmpCode: UInt8 = 0
  ) {
    self.transport = transport
    self.source = source
    self.sourcePort = sourcePort
    self.destination = destination
    self.destinationPort = destinationPort
    self.icmpType = icmpType
    self.icmpCode = icmpCode
  }

  /// The same connection from the other end.
  var reversed: LabProbe {
    LabProbe(
      transport, from: destination, port: destinationPort, to: source, port: sourcePort,
      icmpType: icmpType, icmpCode: icmpCode)
  }
}
