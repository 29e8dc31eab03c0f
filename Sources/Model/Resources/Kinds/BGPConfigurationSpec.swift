// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

/// How nodes do BGP (compatibility §1.2).
public struct BGPConfigurationSpec: Described {
  public var logSeverityScreen: String?
  /// Nil is true.
  public var nodeToNodeMeshEnabled: Bool?
  /// Nil is 64512.
  public var asNumber: ASNumber?
  public var serviceLoadBalancerIPs: [ServiceBlock] = []
  public var serviceExternalIPs: [ServiceBlock] = []
  public var serviceClusterIPs: [ServiceBlock] = []
  public var serviceLoadBalancerAggregation: String?
  public var communities: [BGPCommunity] = []
  public var prefixAdvertisements: [PrefixAdvertisement] = []
  public var listenPort: Int?
  public var nodeMeshPassword: BGPPassword?
  public var nodeMeshMaxRestartTime: String?
  public var bindMode: String?
  public var ignoredInterfaces: [String] = []
  public var localWorkloadPeeringIPV4 = ""
  public var localWorkloadPeeringIPV6 = ""
  public var programClusterRoutes: String?
  public var ipv4NormalRoutePriority: Int?
  public var ipv6NormalRoutePriority: Int?
  public var unknown: [UnknownMember] = []

  public init() {}

  /// Whether every node peers with every other.
  public var isMeshEnabled: Bool { nodeToNodeMeshEnabled ?? true }

  /// The AS number of nodes that have none of their own.
  public var effectiveASNumber: UInt32 { asNumber?.value ?? 64512 }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional(
      "logSeverityScreen", &logSeverityScreen, check: .bgpLogSeverity, doc: "What BIRD logs.")
    v.optional(
      "nodeToNodeMeshEnabled", &nodeToNodeMeshEnabled, doc: "Whether all nodes peer with all.")
    v.optional("asNumber", &asNumber, doc: "The AS number of nodes without one of their own.")
    v.defaulted(
      "serviceLoadBalancerIPs", &serviceLoadBalancerIPs, doc: "Load balancer addresses to announce."
    )
    v.defaulted("serviceExternalIPs", &serviceExternalIPs, doc: "External addresses to announce.")
    v.defaulted("serviceClusterIPs", &serviceClusterIPs, doc: "Cluster addresses to announce.")
    v.optional(
      "serviceLoadBalancerAggregation", &serviceLoadBalancerAggregation,
      check: .exactWord("Enabled", "Disabled"), doc: "Whether whole ranges are announced.")
    v.defaulted(
      "communities", &communities, check: .count(atMost: 500), doc: "Names of communities.")
    v.defaulted(
      "prefixAdvertisements", &prefixAdvertisements, doc: "Communities of announced prefixes.")
    v.optional("listenPort", &listenPort, check: .port, doc: "The port that BIRD listens on.")
    v.optional("nodeMeshPassword", &nodeMeshPassword, doc: "Where the mesh's password is.")
    v.optional(
      "nodeMeshMaxRestartTime", &nodeMeshMaxRestartTime, check: .duration,
      doc: "For how long routes are kept while a node restarts.")
    v.optional(
      "bindMode", &bindMode, check: .exactWord("None", "NodeIP"), doc: "What BIRD listens on.")
    v.defaulted("ignoredInterfaces", &ignoredInterfaces, doc: "Interfaces not to learn from.")
    v.defaulted(
      "localWorkloadPeeringIPV4", &localWorkloadPeeringIPV4, check: .addressOrNone(.v4),
      doc: "The address that workloads peer with.")
    v.defaulted(
      "localWorkloadPeeringIPV6", &localWorkloadPeeringIPV6, check: .addressOrNone(.v6),
      doc: "The address that workloads peer with.")
    v.optional(
      "programClusterRoutes", &programClusterRoutes, check: .clusterRoutes,
      doc: "Which routes of the cluster BIRD programs.")
    v.optional(
      "ipv4NormalRoutePriority", &ipv4NormalRoutePriority, check: .routePriority,
      doc: "The metric of learned routes.")
    v.optional(
      "ipv6NormalRoutePriority", &ipv6NormalRoutePriority, check: .routePriority,
      doc: "The metric of learned routes.")
    v.rest(&unknown)
  }
}
