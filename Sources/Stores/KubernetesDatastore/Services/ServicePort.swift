// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// A port of a service, or of the endpoints behind it.
public struct ServicePort: Sendable, Hashable {
  /// Empty where it is the only one.
  public var name: String
  public var transport: IPProtocol
  /// Nil is every port, which only endpoints have.
  public var number: UInt16?

  public init(name: String = "", transport: IPProtocol = .tcp, number: UInt16?) {
    self.name = name
    self.transport = transport
    self.number = number
  }

  /// Nil for what is no port.
  ///
  /// - Parameter transport: empty is TCP.
  init?(name: String, transport: String, number: Int32?) {
    guard let transport = transport.isEmpty ? .tcp : IPProtocol(name: transport) else { return nil }
    self.init(name: name, transport: transport, number: nil)
    guard let number else { return }
    guard let port = UInt16(exactly: number), port > 0 else { return nil }
    self.number = port
  }
}
