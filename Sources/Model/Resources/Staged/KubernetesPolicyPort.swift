// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Ports of a network policy of Kubernetes.
public struct KubernetesPolicyPort: Described {
  /// Nil is TCP.
  public var transport: String?
  /// A number or the name of a container's port; nil for all.
  public var port: PolicyPort?
  /// The last port of a range that `port` begins.
  public var endPort: Int?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional(
      "protocol", &transport, check: .exactWord("TCP", "UDP", "SCTP"),
      doc: "TCP where there is none.")
    v.optional("port", &port, check: .valid, doc: "A number, or the name of a container's port.")
    v.optional("endPort", &endPort, check: .port, doc: "The last port, for a range.")
    v.rest(&unknown)
  }
}
