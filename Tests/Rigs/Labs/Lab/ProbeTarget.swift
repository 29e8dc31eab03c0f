// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a probe tries to reach.
public struct ProbeTarget: Sendable, Hashable {
  public var transport: ProbeTransport
  public var address: String
  /// Not for ICMP.
  public var port: UInt16

  public init(_ transport: ProbeTransport, _ address: String, _ port: UInt16 = 0) {
    self.transport = transport
    self.address = address
    self.port = port
  }

  /// As `lab-probe` reads it.
  var word: String {
    transport == .icmp ? "icmp/\(address)" : "\(transport.rawValue)/\(address)/\(port)"
  }
}
