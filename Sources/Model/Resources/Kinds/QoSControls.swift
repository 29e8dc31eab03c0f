// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// Limits on a workload's traffic. Bandwidths are in bits, bursts in bits, rates in packets a second.
public struct QoSControls: Described {
  public var ingressBandwidth, egressBandwidth, ingressBurst, egressBurst: Int?
  public var ingressPeakrate, egressPeakrate, ingressMinburst, egressMinburst: Int?
  public var ingressPacketRate, egressPacketRate: Int?
  public var ingressPacketBurst, egressPacketBurst: Int?
  public var ingressMaxConnections, egressMaxConnections: Int?
  /// A number or a name.
  public var dscp: DSCPMark?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("ingressBandwidth", &ingressBandwidth, doc: "Bits a second to the workload.")
    v.optional("egressBandwidth", &egressBandwidth, doc: "Bits a second from the workload.")
    v.optional("ingressBurst", &ingressBurst, doc: "Bits at once to the workload.")
    v.optional("egressBurst", &egressBurst, doc: "Bits at once from the workload.")
    v.optional("ingressPeakrate", &ingressPeakrate, doc: "Bits a second in a burst, to it.")
    v.optional("egressPeakrate", &egressPeakrate, doc: "Bits a second in a burst, from it.")
    v.optional("ingressMinburst", &ingressMinburst, doc: "Bytes at the peak rate, to it.")
    v.optional("egressMinburst", &egressMinburst, doc: "Bytes at the peak rate, from it.")
    v.optional("ingressPacketRate", &ingressPacketRate, doc: "Packets a second to it.")
    v.optional("egressPacketRate", &egressPacketRate, doc: "Packets a second from it.")
    v.optional("ingressPacketBurst", &ingressPacketBurst, doc: "Packets at once to it.")
    v.optional("egressPacketBurst", &egressPacketBurst, doc: "Packets at once from it.")
    v.optional("ingressMaxConnections", &ingressMaxConnections, doc: "Connections to it.")
    v.optional("egressMaxConnections", &egressMaxConnections, doc: "Connections from it.")
    v.optional("dscp", &dscp, check: .known, doc: "The DSCP mark of its packets.")
    v.rest(&unknown)
  }
}
