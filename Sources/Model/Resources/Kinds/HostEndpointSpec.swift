// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a host endpoint is (compatibility §1.2).
public struct HostEndpointSpec: Described {
  public var node = ""
  /// A name, `*` for all interfaces of the node, or empty: then the addresses say which.
  public var interfaceName = ""
  public var expectedIPs: [String] = []
  public var profiles: [String] = []
  public var ports: [EndpointPort] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("node", &node, doc: "The node.")
    v.defaulted(
      "interfaceName", &interfaceName, check: .interfaceName(orAll: true),
      doc: "The interface, or * for all of them.")
    v.defaulted(
      "expectedIPs", &expectedIPs, check: .each(.address), doc: "The interface's addresses.")
    v.defaulted("profiles", &profiles, doc: "Profiles that apply, in order.")
    v.defaulted("ports", &ports, doc: "Ports that have names.")
    v.rest(&unknown)
  }
}
