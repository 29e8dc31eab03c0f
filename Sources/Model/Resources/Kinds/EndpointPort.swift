// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A port of a host endpoint that has a name.
public struct EndpointPort: Described {
  public var name = ""
  public var transport: ProtocolMatch = .name("TCP")
  public var port = 0
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("name", &name, check: .portName, doc: "The name.")
    v.required("protocol", &transport, check: .hasPorts, doc: "TCP, UDP or SCTP.")
    v.required("port", &port, check: .port, doc: "The number.")
    v.rest(&unknown)
  }
}
