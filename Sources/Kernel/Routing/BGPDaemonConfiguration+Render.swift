// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import DesiredState

extension BGPDaemonConfiguration {
  /// BIRD 2's configuration file.
  ///
  /// One daemon serves both families. Routes that BIRD puts into the kernel carry `proto bird` and
  /// no metric; it learns the workloads' host routes from the kernel and announces the own blocks
  /// in their place, so that only an address borrowed from another node's block travels alone.
  public func render() -> String {
    var lines = [
      "# Written by calico-node from the datastore; changes made here are lost.",
      "",
      "log \"\(logFile)\" 1048576 \"\(logFile).old\" { \(logClasses) };",
      "timeformat protocol iso short;",
      "timeformat log iso long ms;",
      "router id \(routerID);",
      "debug protocols \(debugClasses);",
      "",
      "protocol device {",
      "  scan time 2;",
      "}",
      "",
      "# The node's own networks: next hops are looked up in them.",
      "protocol direct {",
      "  ipv4;",
      "  ipv6;",
      "  interface \(directInterfaces);",
      "}",
    ]
    for family in IPFamily.allCases { lines += familySection(family) }
    for peer in peers.sorted(by: { $0.protocolName < $1.protocolName }) {
      lines += neighborSection(peer)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var logClasses: String {
    switch logLevel {
    case .none: "error, fatal, bug"
    case .states: "info, remote, warning, error, auth, fatal, bug, trace"
    case .all: "debug, trace, info, remote, warning, error, auth, fatal, bug"
    }
  }

  private var debugClasses: String {
    switch logLevel {
    case .none: "off"
    case .states: "{ states }"
    case .all: "all"
    }
  }

  private var directInterfaces: String {
    (workloadPatterns.map { "-\($0)" } + ["-\"kube-ipvs*\"", "\"*\""]).joined(separator: ", ")
  }

  /// The workloads' interfaces, as BIRD's patterns: `"cali*"`.
  private var workloadPatterns: [String] {
    workloadInterfacePrefixes.filter { prefix in
      !prefix.isEmpty && prefix.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x22 }
    }.map { "\"\($0)*\"" }
  }

  private func familySection(_ family: IPFamily) -> [String] {
    let digit = family.rawValue
    let own = blocks.filter { $0.family == family }.sorted()
    let pools = pools.filter { $0.cidr.family == family }.sorted { $0.cidr < $1.cidr }
    var lines = ["", "# What peers are told: IPv\(digit).", "filter calico_export\(digit) {"]
    for pool in pools where pool.announced == .nothing {
      lines.append("  if net ~ [ \(pool.cidr)+ ] then reject;")
    }
    for block in own where !block.isHost {
      lines.append("  if net = \(block) then accept;")
      lines.append("  if net ~ [ \(block)+ ] then reject;")
    }
    for pool in pools where pool.announced != .nothing {
      let patterns =
        pool.announced == .everything ? [""] : workloadPatterns.map { " && ifname ~ \($0)" }
      for pattern in patterns {
        lines.append("  if net ~ [ \(pool.cidr)+ ]\(pattern) then accept;")
      }
    }
    lines += ["  reject;", "}", "", "# What this node's kernel is told."]
    lines.append("filter calico_kernel\(digit) {")
    for pool in pools { lines.append("  if net ~ [ \(pool.cidr)+ ] then accept;") }
    lines += [
      "  reject;", "}", "",
      "protocol static calico_blocks\(digit) {",
      "  ipv\(digit);",
    ]
    for block in own where !block.isHost { lines.append("  route \(block) blackhole;") }
    lines += [
      "}", "",
      "protocol kernel kernel\(digit) {",
      "  learn;",
      "  persist;",
      "  scan time 2;",
      "  merge paths on;",
      "  metric 0;",
      "  graceful restart;",
      "  ipv\(digit) {",
      "    import all;",
      "    export filter calico_kernel\(digit);",
      "  };",
      "}",
    ]
    return lines
  }

  private func neighborSection(_ peer: BGPNeighbor) -> [String] {
    let digit = peer.address.family.rawValue
    guard let own = peer.address.family == .v4 ? ipv4 : ipv6 else { return [] }
    var lines = [
      "", "protocol bgp \(peer.protocolName) {",
      "  description \"Connection to BGP peer\";",
      "  local \(own)\(listenPort.map { " port \($0)" } ?? "") as \(asNumber);",
      "  neighbor \(peer.address)\(peer.port.map { " port \($0)" } ?? "") as \(peer.asNumber);",
      "  source address \(own);",
      "  multihop;",
      "  graceful restart;",
      "  connect delay time 2;",
      "  connect retry time 5;",
      "  error wait time 5, 30;",
    ]
    // One side of a mesh session waits for the other, or both connect at once and one is dropped.
    if peer.origin == .mesh, peer.address.description > own.description {
      lines.append("  passive on;")
    }
    lines += [
      "  ipv\(digit) {",
      "    import all;",
      "    export filter calico_export\(digit);",
      "    gateway recursive;",
      "    add paths on;",
      "  };",
      "}",
    ]
    return lines
  }
}

extension BGPNeighbor {
  /// The protocol's name in BIRD: `Mesh_10_0_0_2`, `Global_fd00__2_port_1179`.
  public var protocolName: String {
    let text = String(address.description.map { $0 == "." || $0 == ":" ? "_" : $0 })
    return "\(origin.rawValue)_\(text)" + (port.map { "_port_\($0)" } ?? "")
  }
}
