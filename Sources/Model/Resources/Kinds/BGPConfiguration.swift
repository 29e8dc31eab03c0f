// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// How nodes do BGP: `default` for all of them, `node.<name>` for one.
public struct BGPConfiguration: Resource {
  public static var kind: Kind { .bgpConfiguration }
  public var metadata = Metadata()
  public var spec = BGPConfigurationSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] {
    var problems: [FieldProblem] = []
    func wrong(_ field: String, _ message: String, _ value: String? = nil) {
      problems.append(FieldProblem("spec", field, message: message, value: value))
    }
    if metadata.name != "default" {
      if spec.nodeToNodeMeshEnabled != nil {
        wrong("nodeToNodeMeshEnabled", Self.onDefaultOnly("nodeToNodeMeshEnabled"))
      }
      if spec.asNumber != nil {
        wrong("asNumber", Self.onDefaultOnly("ASNumber"))
      }
    }
    if spec.nodeToNodeMeshEnabled == false {
      if spec.nodeMeshPassword != nil {
        wrong(
          "nodeMeshPassword", "nodeMeshPassword cannot be set when nodeToNodeMeshEnabled is false")
      }
      if spec.nodeMeshMaxRestartTime != nil {
        wrong(
          "nodeMeshMaxRestartTime",
          "nodeMeshMaxRestartTime cannot be set when nodeToNodeMeshEnabled is false")
      }
    }
    if !spec.communities.isEmpty, spec.prefixAdvertisements.isEmpty {
      wrong("communities", "communities are defined but not used in prefixAdvertisements")
    }
    for (index, community) in spec.communities.enumerated()
    where !BGPCommunity.isValue(community.value, asWritten: true) {
      problems.append(
        FieldProblem(
          path: .spec("communities").appending(index).appending("value"),
          message: "invalid community value or format used.", value: community.value))
    }
    let names = Set(spec.communities.map(\.name))
    for (index, advertisement) in spec.prefixAdvertisements.enumerated() {
      let path = ValuePath.spec("prefixAdvertisements").appending(index).appending("communities")
      if advertisement.communities.isEmpty {
        problems.append(FieldProblem(path: path, message: "must have 1 to 50 items, has 0"))
      }
      problems += NameRules.problems(ofSet: advertisement.communities, at: path)
      for (item, community) in advertisement.communities.enumerated()
      where !names.contains(community) && !BGPCommunity.isValue(community, asWritten: true) {
        problems.append(
          FieldProblem(
            path: path.appending(item), message: "community used is invalid or not defined.",
            value: community))
      }
    }
    for (index, name) in spec.ignoredInterfaces.enumerated()
    where !NameRules.isInterfaceName(name) {
      problems.append(
        FieldProblem(
          path: .spec("ignoredInterfaces").appending(index),
          message: "must be an interface's name: 1 to 15 letters, digits, '_', '.' or '-'",
          value: name))
    }
    return problems
  }

  private static func onDefaultOnly(_ field: String) -> String {
    "Cannot set \(field) on a non default BGP Configuration: it can only be set on the "
      + "BGPConfiguration 'default'"
  }

  public static var columns: [TableColumn<BGPConfiguration>] {
    [
      .name,
      TableColumn("LOGSEVERITY") { $0.spec.logSeverityScreen ?? "-" },
      TableColumn("MESHENABLED") { $0.spec.nodeToNodeMeshEnabled.map { "\($0)" } ?? "-" },
      TableColumn("ASNUMBER") { $0.spec.asNumber.map { "\($0)" } ?? "-" },
    ]
  }
}
