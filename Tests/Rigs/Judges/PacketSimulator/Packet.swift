// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// A packet as rules see it: its headers, and what the host knows of it.
public struct Packet: Sendable, Hashable {
  public var source: IPAddress
  /// Of the same family as the source.
  public var destination: IPAddress
  public var transport: IPProtocol
  /// Nil, as the other three, where the protocol has none.
  public var sourcePort: UInt16?
  public var destinationPort: UInt16?
  public var icmpType: UInt8?
  public var icmpCode: UInt8?
  /// Where it came in; nil for the host's own.
  public var inputInterface: String?
  /// Where it goes out; nil for what the host keeps.
  public var outputInterface: String?
  public var state: ConnectionState
  public var mark: UInt32
  /// Bytes, for counters.
  public var length: UInt64

  public init(
    _ transport: IPProtocol, from source: IPAddress, port sourcePort: UInt16? = nil,
    to destination: IPAddress, port destinationPort: UInt16? = nil, icmpType: UInt8? = nil,
    icmpCode: UInt8? = nil, in inputInterface: String? = nil, out outputInterface: String? = nil,
    state: ConnectionState = .new, mark: UInt32 = 0, length: UInt64 = 60
  ) {
    self.source = source
    self.destination = destination
    self.transport = transport
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.icmpType = icmpType
    self.icmpCode = icmpCode
    self.inputInterface = inputInterface
    self.outputInterface = outputInterface
    self.state = state
    self.mark = mark
    self.length = length
  }

  var family: IPFamily { source.family }

  /// What rules can read of the IP header: version, protocol and addresses; the rest is zero.
  var networkHeader: [UInt8] {
    switch family {
    case .v4:
      var header = [UInt8](repeating: 0, count: 12)
      (header[0], header[9]) = (0x45, transport.rawValue)
      return header + source.networkBytes + destination.networkBytes
    case .v6:
      var header = [UInt8](repeating: 0, count: 8)
      (header[0], header[6]) = (0x60, transport.rawValue)
      return header + source.networkBytes + destination.networkBytes
    }
  }

  /// The beginning of what follows the IP header: ports, or type and code; the rest is zero.
  var transportHeader: [UInt8] {
    var header = [UInt8](repeating: 0, count: 20)
    if let sourcePort {
      (header[0], header[1]) = (UInt8(sourcePort >> 8), UInt8(sourcePort & 0xff))
    }
    if let destinationPort {
      (header[2], header[3]) = (UInt8(destinationPort >> 8), UInt8(destinationPort & 0xff))
    }
    if let icmpType { header[0] = icmpType }
    if let icmpCode { header[1] = icmpCode }
    return header
  }
}
