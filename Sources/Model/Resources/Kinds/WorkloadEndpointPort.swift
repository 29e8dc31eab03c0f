// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A port of a workload: one that has a name, or is reached through the host.
public struct WorkloadEndpointPort: Described {
  public var name = ""
  public var transport: ProtocolMatch = .name("TCP")
  public var port = 0
  /// 0 when it is not reached through the host.
  public var hostPort = 0
  public var hostIP = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("name", &name, check: .portNameOrNone, doc: "The name.")
    v.required("protocol", &transport, check: .hasPorts, doc: "TCP, UDP or SCTP.")
    v.required("port", &port, check: .port, doc: "The number.")
    v.defaulted("hostPort", &hostPort, check: .portOrOff, doc: "The port of the host.")
    v.defaulted("hostIP", &hostIP, check: .addressOrNone, doc: "The address of the host.")
    v.rest(&unknown)
  }
}
