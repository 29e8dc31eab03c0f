// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

extension ValidationCase {
  /// IPAM's own records, which programs write and people mend.
  static let ipamRecords: [ValidationCase] =
    table(
      [.blockAffinity], "compatibility §1.2 BlockAffinity", base: "node: n",
      [
        .ok("cidr: 10.0.0.0/26, state: confirmed, type: host"),
        .ok("cidr: 'fd00::/122', state: pendingDeletion, type: virtual"),
        .stored("cidr: 10.0.0.0/26", "state: confirmed, type: host"),
        .bad("cidr: 10.0.0.0/99", "spec.cidr", onlyInFiles: record),
        .bad("state: confirmed", "spec.cidr", onlyInFiles: record),
        .bad("cidr: 10.0.0.0/26, state: Confirmed", "spec.state", onlyInFiles: record),
        .bad("cidr: 10.0.0.0/26, type: node", "spec.type", onlyInFiles: record),
        .bad("cidr: 10.0.0.0/26, owner: a", "not recognized", onlyInFiles: record),
      ])
    + table(
      [.blockAffinity], "compatibility §1.2 BlockAffinity",
      [.bad("cidr: 10.0.0.0/26", "spec.node", onlyInFiles: record)])
    + table(
      [.ipamBlock], "compatibility §1.2 IPAMBlock", base: "unallocated: [1], strictAffinity: false",
      [
        .ok(
          "cidr: 10.0.0.0/31, affinity: 'host:n', allocations: [0, null], "
            + "attributes: [{handle_id: a, secondary: {node: n}}]"),
        .bad("cidr: x, allocations: [], attributes: []", "spec.cidr", onlyInFiles: record),
        .bad("allocations: [], attributes: []", "spec.cidr", onlyInFiles: record),
        .bad("cidr: 10.0.0.0/31, allocations: [a], attributes: []", "spec.allocations[0]"),
        .bad("cidr: 10.0.0.0/31, allocations: [], attributes: [{secondary: [a]}]", "secondary"),
      ])
    + table(
      [.ipamHandle], "compatibility §1.2 IPAMHandle",
      [
        .ok("handleID: a, block: {10.0.0.0/26: 1}"),
        .bad("block: {10.0.0.0/26: 1}", "spec.handleID", onlyInFiles: record),
        .bad("handleID: a, block: {10.0.0.0/26: one}", "spec.block"),
        .bad("handleID: a, block: []", "spec.block"),
      ])

  /// What stands in the metadata of any object beside its name.
  static let generated =
    table(
      [.globalNetworkSet, .networkPolicy], "compatibility §1.4 Names and generic validation",
      [
        .ok("", metadata: "generateName: a-b-"), .ok("", metadata: "generateName: a.b"),
        .ok("", metadata: "generateName: ''"),
        .bad("", "metadata.generateName", metadata: "generateName: A_"),
        .bad("", "metadata.generateName", metadata: "generateName: a..b"),
      ])
    // An API server has its own word for it.
    + table(
      [.globalNetworkSet], "compatibility §1.4 Names and generic validation",
      [.bad("", "generateName", metadata: "generateName: [a]")])

  /// Words that are written in one way, and lists that are left out where they are empty.
  static let written =
    table(
      [.bgpConfiguration], "compatibility §1.2 BGPConfiguration", name: "default",
      [
        .ok("logSeverityScreen: Fatal"), .bad("logSeverityScreen: debug", "logSeverityScreen"),
        .bad("logSeverityScreen: Trace", "logSeverityScreen"),
      ])
    + table(
      [.bgpFilter], "compatibility §1.2 BGPFilter",
      [.bad("importV4: [{action: Accept, operations: []}]", "importV4[0].operations")])
    + table(
      [.felixConfiguration], "compatibility §4.2 Complete FelixConfiguration", name: "default",
      [
        .ok("istioDSCPMark: 0"), .ok("istioDSCPMark: 63"), .ok("istioDSCPMark: AF41"),
        .ok("istioDSCPMark: '23'"), .bad("istioDSCPMark: 64", "spec.istioDSCPMark"),
        .bad("istioDSCPMark: -1", "spec.istioDSCPMark"),
        .bad("istioDSCPMark: AF5", "spec.istioDSCPMark"),
        .bad("istioDSCPMark: [1]", "spec.istioDSCPMark"),
      ])
    + table(
      [.globalNetworkPolicy], "compatibility §1.3 Policy rules",
      [
        // Methods are not counted up: what HTTP has, and what may come.
        .ok("ingress: [{action: Allow, http: {methods: [GET, PURGE, x-own]}}]"),
        .bad("ingress: [{action: Allow, http: {methods: [1]}}]", "http.methods[0]"),
      ])
}
