// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
import KubernetesModel
public import Resources

/// A service of Kubernetes, as far as Calico has to do with one.
///
/// It is for finding Typha by its service, for the `services` of rules, and for advertising
/// services' addresses with BGP (compatibility §1.6). Nothing of it is read yet but where Typhas are.
public struct ClusterService: Sendable, Hashable {
  public var namespace: String
  public var name: String
  public var type: ServiceType
  /// Of each family one at most; none where it is headless or only another name.
  public var clusterIPs: [IPAddress]
  public var externalIPs: [IPAddress]
  /// What its load balancer has given it.
  public var loadBalancerIPs: [IPAddress]
  /// Which endpoints get what comes from outside of the cluster.
  public var externalTraffic: TrafficPolicy
  /// Which endpoints get what comes from inside.
  public var internalTraffic: TrafficPolicy
  public var ports: [ServicePort]
  /// What of it cannot be read.
  public var leftOut: [LeftOut]

  public enum ServiceType: Sendable, Hashable {
    case clusterIP
    case nodePort
    case loadBalancer
    case externalName
    /// One of a newer version of Kubernetes.
    case unknown(String)

    init(_ text: String) {
      self =
        switch text {
        case "", "ClusterIP": .clusterIP
        case "NodePort": .nodePort
        case "LoadBalancer": .loadBalancer
        case "ExternalName": .externalName
        default: .unknown(text)
        }
    }
  }

  public enum TrafficPolicy: Sendable, Hashable {
    /// All of them.
    case cluster
    /// Those on the node where it arrives.
    case local

    init(_ text: String) { self = text == "Local" ? .local : .cluster }
  }

  init(_ source: KubeService) {
    namespace = source.metadata.namespace
    name = source.metadata.name
    type = ServiceType(source.spec.type)
    // Servers before 1.20 have only the first. A headless one's is `None`.
    let addresses =
      source.spec.clusterIps.isEmpty ? [source.spec.clusterIp] : source.spec.clusterIps
    var reader = ServiceReader()
    clusterIPs = reader.addresses(addresses.filter { $0 != "None" }, at: "spec.clusterIPs")
    externalIPs = reader.addresses(source.spec.externalIps, at: "spec.externalIPs")
    loadBalancerIPs = reader.addresses(
      source.status.loadBalancer.ingress.map(\.ip), at: "status.loadBalancer.ingress")
    externalTraffic = TrafficPolicy(source.spec.externalTrafficPolicy)
    internalTraffic = TrafficPolicy(source.spec.internalTrafficPolicy)
    ports = reader.ports(
      source.spec.ports.map { ($0.name, $0.`protocol`, $0.port) }, at: "spec.ports")
    leftOut = reader.leftOut
  }
}
