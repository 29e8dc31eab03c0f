// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// An interface of a node, for policies.
public struct HostEndpoint: Resource {
  public static var kind: Kind { .hostEndpoint }
  public var metadata = Metadata()
  public var spec = HostEndpointSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] {
    var problems: [FieldProblem] = []
    if spec.node.isEmpty {
      problems.append(FieldProblem("spec", "node", message: "node must be specified"))
    }
    if spec.interfaceName.isEmpty, spec.expectedIPs.isEmpty {
      problems.append(
        FieldProblem(
          "spec", message: "at least one of interfaceName or expectedIPs must be specified"))
    }
    return problems + NameRules.problems(ofProfiles: spec.profiles)
  }

  public static var columns: [TableColumn<HostEndpoint>] {
    [.name, TableColumn("NODE") { $0.spec.node }]
  }

  public static var wideColumns: [TableColumn<HostEndpoint>] {
    columns + [
      TableColumn("INTERFACE") { $0.spec.interfaceName },
      .list("IPS") { $0.spec.expectedIPs },
      .list("PROFILES") { $0.spec.profiles },
    ]
  }
}
