// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a stored object may ask for that not every version puts into force: a closed vocabulary.
///
/// Who converts objects says of each field which of these it asks for; who puts something into force
/// says which of these it does (`capabilities`). Neither knows of the other.
public enum Feature: String, Sendable, Hashable, CaseIterable {
  // What rules ask of packets.
  case httpMatch
  case serviceMatch

  // Whom policies are for, and when.
  case doNotTrack
  case preDNAT
  case applyOnForward
  case hostEndpointPolicy

  // What endpoints ask for besides policy.
  case addressTranslation
  case trafficLimits

  // Pools.
  case ipipAlways
  case ipipCrossSubnet
  case vxlanAlways
  case vxlanCrossSubnet
  case natOutgoing
  case disableBGPExport

  // BGP.
  case meshOff
  case bgpPeer
  case routeReflection
  case serviceLoadBalancerIPs
  case serviceExternalIPs
  case serviceClusterIPs
  case bgpCommunities
  case prefixAdvertisements
  case meshPassword
  case meshRestartTime
  case bgpBindMode
  case ignoredInterfaces
  case localWorkloadPeering
  case programClusterRoutes
  case routePriority

  /// What is missing where nobody does it, and what happens instead.
  public var absence: String {
    switch self {
    case .httpMatch: "HTTP requests are not looked into"
    case .serviceMatch: "the endpoints of services are not known"
    case .doNotTrack: "untracked policy is for host endpoints, which have none yet"
    case .preDNAT: "pre-DNAT policy is for host endpoints, which have none yet"
    case .applyOnForward: "forwarded traffic of host endpoints is not policed"
    case .hostEndpointPolicy:
      "host interfaces are not policed; addresses and ports count for selectors"
    case .addressTranslation: "addresses are not translated"
    case .trafficLimits: "traffic is not limited"
    case .ipipAlways, .vxlanAlways:
      "Always is not done: traffic between nodes is not encapsulated"
    case .ipipCrossSubnet, .vxlanCrossSubnet:
      "CrossSubnet is not done: traffic between nodes is not encapsulated"
    case .natOutgoing: "traffic that leaves the pools keeps its source addresses"
    case .disableBGPExport: "peers are told of the pool"
    case .meshOff: "every node peers with every other"
    case .bgpPeer: "there are no sessions with peers beside the mesh"
    case .routeReflection: "nodes reflect no routes"
    case .serviceLoadBalancerIPs, .serviceExternalIPs, .serviceClusterIPs, .bgpCommunities,
      .prefixAdvertisements, .meshPassword, .meshRestartTime, .bgpBindMode, .ignoredInterfaces,
      .localWorkloadPeering, .programClusterRoutes, .routePriority:
      "BIRD is configured without it"
    }
  }
}
