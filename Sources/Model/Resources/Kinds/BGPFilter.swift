// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import ValueTree

/// Which routes nodes take from BGP peers and give to them. A `BGPPeer` names the filters it uses.
public struct BGPFilter: Resource {
  public static var kind: Kind { .bgpFilter }
  public var metadata = Metadata()
  public var spec = BGPFilterSpec()
  public var unknown: [UnknownMember] = []

  public init() {}

  public func problems() -> [FieldProblem] {
    let lists: [(String, IPFamily, [BGPFilterRule])] = [
      ("exportV4", .v4, spec.exportV4), ("importV4", .v4, spec.importV4),
      ("exportV6", .v6, spec.exportV6), ("importV6", .v6, spec.importV6),
    ]
    return lists.flatMap { name, family, rules in
      rules.enumerated().flatMap { index, rule in
        rule.problems(family, at: .spec(name).appending(index))
      }
    }
  }

  public static var columns: [TableColumn<BGPFilter>] {
    [
      .name,
      TableColumn("NUMEXPORTV4") { "\($0.spec.exportV4.count)" },
      TableColumn("NUMIMPORTV4") { "\($0.spec.importV4.count)" },
      TableColumn("NUMEXPORTV6") { "\($0.spec.exportV6.count)" },
      TableColumn("NUMIMPORTV6") { "\($0.spec.importV6.count)" },
    ]
  }
}
