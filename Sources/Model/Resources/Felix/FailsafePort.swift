// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A port that host endpoint policies never close.
public struct FailsafePort: Described {
  /// TCP, UDP or SCTP, in any case; empty is TCP.
  public var transport = ""
  public var port = 0
  /// Where it is open to; empty is everywhere.
  public var net = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted(
      "protocol", &transport, check: .word("TCP", "UDP", "SCTP").unlessEmpty,
      doc: "TCP, UDP or SCTP.")
    v.required("port", &port, check: .portOrOff, doc: "The port.")
    v.defaulted("net", &net, check: .cidr.unlessEmpty, doc: "Where it is open to.")
    v.rest(&unknown)
  }
}
