// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

/// What a workload endpoint is (compatibility §1.2).
public struct WorkloadEndpointSpec: Described {
  public var orchestrator = ""
  public var workload = ""
  public var node = ""
  public var containerID = ""
  public var pod = ""
  public var endpoint = ""
  public var serviceAccountName = ""
  /// Addresses as /32 and /128.
  public var ipNetworks: [String] = []
  public var ipNATs: [IPNAT] = []
  public var ipv4Gateway = ""
  public var ipv6Gateway = ""
  public var profiles: [String] = []
  public var interfaceName = ""
  public var mac = ""
  public var ports: [WorkloadEndpointPort] = []
  public var allowSpoofedSourcePrefixes: [String] = []
  public var qosControls: QoSControls?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("orchestrator", &orchestrator, doc: "Who made it: k8s, cni, libnetwork, …")
    v.defaulted("workload", &workload, doc: "The workload, where it is no pod.")
    v.defaulted("node", &node, doc: "The node that it is on.")
    v.defaulted("containerID", &containerID, doc: "The container.")
    v.defaulted("pod", &pod, doc: "The pod.")
    v.defaulted("endpoint", &endpoint, doc: "The interface inside: eth0.")
    v.defaulted("serviceAccountName", &serviceAccountName, doc: "The pod's service account.")
    v.defaulted("ipNetworks", &ipNetworks, check: .each(.cidr), doc: "Its addresses.")
    v.defaulted("ipNATs", &ipNATs, doc: "Addresses under which it is known outside.")
    v.defaulted(
      "ipv4Gateway", &ipv4Gateway,
      check: .addressOrNone(.v4, "invalid IPv4 gateway address specified"),
      doc: "The gateway that it was given.")
    v.defaulted(
      "ipv6Gateway", &ipv6Gateway,
      check: .addressOrNone(.v6, "invalid IPv6 gateway address specified"),
      doc: "The gateway that it was given.")
    v.defaulted("profiles", &profiles, doc: "Profiles that apply, in order.")
    v.defaulted(
      "interfaceName", &interfaceName, check: .interfaceName(orAll: false),
      doc: "The interface on the node.")
    v.defaulted("mac", &mac, check: .macOrNone, doc: "The MAC address inside.")
    v.defaulted("ports", &ports, doc: "Ports that have names.")
    v.defaulted(
      "allowSpoofedSourcePrefixes", &allowSpoofedSourcePrefixes, check: .each(.cidr),
      doc: "Addresses besides its own that it may send from.")
    v.optional("qosControls", &qosControls, doc: "Limits on its traffic.")
    v.rest(&unknown)
  }
}
