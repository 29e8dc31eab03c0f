// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

extension IPPool {
  /// The rules on a pool by itself (compatibility §1.3); those that need the old pool or the other
  /// pools are `problems(replacing:)` and IPAM's.
  public func problems() -> [FieldProblem] {
    guard let network = spec.network else { return [] }
    var problems: [FieldProblem] = []
    func wrong(_ field: String, _ message: String, _ value: String) {
      problems.append(FieldProblem("spec", field, message: message, value: value))
    }
    if let given = InterfaceAddress(spec.cidr), given.address != network.address {
      wrong("cidr", "IPPool CIDR must be strictly masked", spec.cidr)
    }
    for (range, words) in Self.linkLocal where range.overlaps(network) {
      wrong("cidr", "IPPool CIDR overlaps with \(words)", spec.cidr)
    }
    let size = spec.effectiveBlockSize
    if !(network.family == .v4 ? 20...32 : 116...128).contains(size) {
      wrong(
        "blockSize",
        "blockSize must be between 20 and 32 for IPv4 pools, and between 116 and 128 for IPv6 pools",
        "\(size)")
    } else if !spec.disabled, network.prefixLength > size {
      wrong(
        "cidr",
        "IP pool size is too small for use with Calico IPAM. It must be equal to or greater than "
          + "the block size.", spec.cidr)
    }
    if network.family == .v6, spec.ipipMode != .never {
      wrong("ipipMode", "IPIP is not supported on IPv6 pools", spec.ipipMode.rawValue)
    }
    if spec.ipipMode != .never, spec.vxlanMode != .never {
      wrong("ipipMode", "ipipMode and vxlanMode cannot both be enabled", spec.ipipMode.rawValue)
    }
    if spec.allowedUses.contains(.loadBalancer) { problems += loadBalancerProblems() }
    if spec.allowedUses.contains(.tunnel), !spec.namespaceSelector.isEmpty {
      wrong(
        "namespaceSelector", "IP Pool with AllowedUse Tunnel cannot have namespaceSelector",
        spec.namespaceSelector)
    }
    return problems + NameRules.problems(ofSet: spec.allowedUses, at: .spec("allowedUses"))
  }

  private func loadBalancerProblems() -> [FieldProblem] {
    var problems: [FieldProblem] = []
    if spec.allowedUses.contains(where: { $0 != .loadBalancer }) {
      problems.append(
        FieldProblem(
          "spec", "allowedUses",
          message: "LoadBalancer cannot be combined with Workload or Tunnel allowed uses"))
    }
    if spec.ipipMode != .never || spec.vxlanMode != .never {
      problems.append(
        FieldProblem(
          "spec", "allowedUses",
          message: "LoadBalancer IP pool cannot have IPIP or VXLAN enabled"))
    }
    if spec.disableBGPExport {
      problems.append(
        FieldProblem(
          "spec", "disableBGPExport", message: "LoadBalancer IP pools cannot disable BGP export"))
    }
    if spec.nodeSelector != "all()" {
      problems.append(
        FieldProblem(
          "spec", "nodeSelector",
          message: "IP Pool with AllowedUse LoadBalancer must have nodeSelector set to all()",
          value: spec.nodeSelector))
    }
    return problems
  }

  /// What may not change once the pool exists.
  public func problems(replacing old: IPPool) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    if spec.network != old.spec.network {
      problems.append(
        FieldProblem(
          "spec", "cidr",
          message: "CIDR cannot be changed; follow IP pool migration guide to avoid corruption.",
          value: spec.cidr))
    }
    if spec.effectiveBlockSize != old.spec.effectiveBlockSize {
      problems.append(
        FieldProblem(
          "spec", "blockSize",
          message:
            "Block size cannot be changed; follow IP pool migration guide to avoid corruption.",
          value: "\(spec.effectiveBlockSize)"))
    }
    return problems
  }

  private static let linkLocal: [(CIDR, String)] = [
    ("169.254.0.0/16", "IPv4 link local range 169.254.0.0/16"),
    ("fe80::/10", "IPv6 link local range fe80::/10"),
  ].compactMap { text, words in CIDR(text).map { ($0, words) } }
}
