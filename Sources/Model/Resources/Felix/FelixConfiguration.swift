// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// Settings of the agents: `default` for all nodes, `node.<name>` for one, any other name for those
/// that its node selector selects.
public struct FelixConfiguration: Resource {
  public static var kind: Kind { .felixConfiguration }
  public var metadata = Metadata()
  public var spec = FelixConfigurationSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] {
    var problems: [FieldProblem] = []
    let name = metadata.name
    if spec.nodeSelector != nil, name == "default" || name.hasPrefix("node.") {
      problems.append(
        FieldProblem(
          "spec", "nodeSelector",
          message: "nodeSelector must not be set on the 'default' or per-node ('node.*') "
            + "FelixConfiguration"))
    }
    if spec.routeTableRange != nil, spec.routeTableRanges != nil {
      problems.append(
        FieldProblem(
          "spec", "routeTableRange",
          message: "routeTableRange and routeTableRanges cannot both be set"))
    }
    if let range = spec.routeTableRange, !range.isIn(1...250) {
      problems.append(
        FieldProblem(
          "spec", "routeTableRange",
          message: "must be a range of route table indices within 1..250",
          value: "\(range.min)-\(range.max)"))
    }
    var tables = 0
    for (index, range) in (spec.routeTableRanges ?? []).enumerated() {
      guard range.isIn(1...Int(UInt32.max)) else {
        problems.append(
          FieldProblem(
            path: .spec("routeTableRanges").appending(index),
            message: "must be a range of route table indices within 1..\(UInt32.max)",
            value: "\(range.min)-\(range.max)"))
        continue
      }
      tables += range.max - range.min + 1
    }
    if tables > 65535 {
      problems.append(
        FieldProblem("spec", "routeTableRanges", message: "targets too many tables"))
    }
    return problems
  }

  public static var columns: [TableColumn<FelixConfiguration>] { [.name] }
}
