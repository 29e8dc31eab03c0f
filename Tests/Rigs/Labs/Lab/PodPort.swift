// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A port of a pod that has a name.
public struct PodPort: Sendable, Hashable {
  public var name: String
  public var transport: ProbeTransport
  public var port: UInt16

  public init(_ name: String, _ transport: ProbeTransport, _ port: UInt16) {
    self.name = name
    self.transport = transport
    self.port = port
  }
}
