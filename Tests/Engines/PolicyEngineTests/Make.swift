// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import DesiredState
import PolicyModel
import Selectors
import SyncModel
import Testing

/// Short ways to write updates.
enum Make {
  static func id(_ name: String) -> WorkloadEndpointID {
    WorkloadEndpointID(namespace: "ns", name: name)
  }

  /// A workload endpoint; wired on this node unless said otherwise.
  static func workload(
    _ name: String, node: String = "here", interface: String? = nil, nets: [String] = [],
    labels: [String: String] = [:], profiles: [String] = [], ports: [SyncEndpointPort] = []
  ) throws -> SyncUpdate {
    .workloadEndpoint(
      id(name),
      SyncWorkloadEndpoint(
        node: node, interfaceName: interface ?? "cali\(name)", nets: try self.nets(nets),
        labels: labels, profiles: profiles, ports: ports))
  }

  static func nets(_ texts: [String]) throws -> [CIDR] {
    try texts.map { try #require(CIDR($0)) }
  }

  static func host(
    _ name: String, addresses: [String], labels: [String: String] = [:],
    profiles: [String] = [], ports: [SyncEndpointPort] = []
  ) throws -> SyncUpdate {
    .hostEndpoint(
      name,
      SyncHostEndpoint(
        node: "there", interfaceName: "eth0",
        addresses: try addresses.map { try #require(IPAddress($0)) }, labels: labels,
        profiles: profiles, ports: ports))
  }

  static func networkSet(
    _ name: String, _ nets: [String], labels: [String: String] = [:], profiles: [String] = []
  ) throws -> SyncUpdate {
    .networkSet(
      NetworkSetID(namespace: nil, name: name),
      SyncNetworkSet(nets: try self.nets(nets), labels: labels, profiles: profiles))
  }

  static func policyID(_ name: String) -> PolicyID {
    PolicyID(kind: .globalNetworkPolicy, name: name)
  }

  /// An ingress policy for all unless said otherwise.
  static func policy(
    _ name: String, tier: String = "default", order: Double? = nil, _ selector: String = "all()",
    ingress: [SyncRule] = [], egress: [SyncRule] = [],
    _ change: (inout SyncPolicy) -> Void = { _ in }
  ) throws -> SyncUpdate {
    var policy = SyncPolicy(
      tier: tier, order: order, selector: try Selector(selector), appliesToIngress: true,
      appliesToEgress: !egress.isEmpty, ingress: ingress, egress: egress)
    change(&policy)
    return .policy(policyID(name), policy)
  }

  /// An Allow from what a selector selects.
  static func allow(from selector: String) throws -> SyncRule {
    var rule = SyncRule(.allow)
    rule.source.names.selector = try Selector(selector)
    return rule
  }

  static func port(_ name: String, _ transport: IPProtocol, _ port: UInt16) -> SyncEndpointPort {
    SyncEndpointPort(name: name, transport: transport, port: port)
  }
}
