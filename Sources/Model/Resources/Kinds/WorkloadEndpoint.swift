// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import ValueTree

/// An interface of a pod, container or virtual machine.
public struct WorkloadEndpoint: Resource {
  public static var kind: Kind { .workloadEndpoint }
  public var metadata = Metadata()
  public var spec = WorkloadEndpointSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  /// What the endpoint belongs to: the workload, or in Kubernetes the pod.
  public var workload: String { spec.workload.isEmpty ? spec.pod : spec.workload }

  public func problems() -> [FieldProblem] {
    var problems: [FieldProblem] = []
    for (index, text) in spec.ipNetworks.enumerated() {
      guard let network = CIDR(text), !network.isHost else { continue }
      problems.append(
        FieldProblem(
          path: .spec("ipNetworks").appending(index),
          message: "IP network contains multiple addresses",
          value: text))
    }
    let networks = Set(spec.ipNetworks.compactMap { CIDR($0) })
    for (index, nat) in spec.ipNATs.enumerated() {
      guard let inner = CIDR(nat.internalIP), !networks.contains(inner) else { continue }
      problems.append(
        FieldProblem(
          path: .spec("ipNATs").appending(index).appending("internalIP"),
          message: "NAT is not in the endpoint networks", value: nat.internalIP))
    }
    for (index, port) in spec.ports.enumerated() where port.name.isEmpty && port.hostPort == 0 {
      problems.append(
        FieldProblem(
          path: .spec("ports").appending(index).appending("name"),
          message: "WorkloadEndpointPort name must not be empty if no HostPort is specified"))
    }
    for (index, nat) in spec.ipNATs.enumerated() {
      guard let inner = IPAddress(nat.internalIP), let outer = IPAddress(nat.externalIP),
        inner.family != outer.family
      else { continue }
      problems.append(
        FieldProblem(
          path: .spec("ipNATs").appending(index).appending("externalIP"),
          message: "must be an IPv\(inner.family.rawValue) address, as internalIP is",
          value: nat.externalIP))
    }
    for (field, value) in [
      ("orchestrator", spec.orchestrator), ("workload", spec.workload), ("node", spec.node),
      ("pod", spec.pod), ("endpoint", spec.endpoint),
    ] where value.hasPrefix("-") || value.hasSuffix("-") {
      problems.append(
        FieldProblem("spec", field, message: "must not begin or end with '-'", value: value))
    }
    return problems + NameRules.problems(ofProfiles: spec.profiles)
  }

  public static var columns: [TableColumn<WorkloadEndpoint>] {
    [
      TableColumn("WORKLOAD") { $0.workload },
      TableColumn("NODE") { $0.spec.node },
      .list("NETWORKS") { $0.spec.ipNetworks },
      TableColumn("INTERFACE") { $0.spec.interfaceName },
    ]
  }

  public static var wideColumns: [TableColumn<WorkloadEndpoint>] {
    [.name] + columns + [
      .list("PROFILES") { $0.spec.profiles },
      .list("NATS") { $0.spec.ipNATs.map { "\($0.internalIP)/\($0.externalIP)" } },
    ]
  }
}
