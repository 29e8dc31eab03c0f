// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import IPAM
import Resources
import ValueTree

/// The texts of `calicoctl ipam show`.
struct IPAMReport {
  let ipam: IPAMClient

  init(_ ipam: IPAMClient) {
    self.ipam = ipam
  }

  /// How full the pools are.
  func utilisation(withBlocks: Bool) async throws -> String {
    var table = BorderedTable(
      ["GROUPING", "CIDR", "IPS TOTAL", "IPS IN USE", "IPS RESERVED", "IPS FREE"])
    for pool in try await ipam.utilisation() {
      table.rows.append(
        Self.row(pool.cidr == nil ? "No pool" : "IP Pool", pool.cidr, pool.usage))
      guard withBlocks else { continue }
      for block in pool.blocks { table.rows.append(Self.row("Block", block.cidr, block.usage)) }
    }
    return table.text
  }

  private static func row(_ grouping: String, _ cidr: CIDR?, _ usage: Utilisation) -> [String] {
    func share(_ count: UInt128) -> String {
      let percent = usage.capacity == 0 ? 0 : Double(count) / Double(usage.capacity) * 100
      return "\(count) (\(Int(percent.rounded()))%)"
    }
    return [
      grouping, cidr?.description ?? "-", "\(usage.capacity)", share(usage.inUse),
      share(usage.reserved), share(usage.available),
    ]
  }

  /// Who has an address.
  func holder(of address: IPAddress) async throws -> String {
    let allocation: Allocation
    do {
      allocation = try await ipam.attributes(of: address)
    } catch {
      guard case .notAssigned = error else { throw error }
      return "\(address) is not assigned\n"
    }
    var text = "IP \(address) is in use\nHandle ID: \(allocation.handle?.onOneLine ?? "<none>")\n"
    if !allocation.attributes.isEmpty { text += "Attributes:\n" }
    for (name, value) in allocation.attributes.sorted(by: { $0.key < $1.key }) {
      text += "  \(name.onOneLine): \(value.onOneLine)\n"
    }
    return text
  }

  /// The addresses that nodes use out of other nodes' blocks.
  func borrowed() async throws -> String {
    var table = BorderedTable(
      ["IP", "BORROWING-NODE", "BLOCK", "BLOCK OWNER", "TYPE", "ALLOCATED-TO"])
    for allocation in try await ipam.allocations() where allocation.isBorrowed {
      let attributes = allocation.attributes
      let owner = allocation.blockOwner ?? ""
      let pod = [attributes["namespace"], attributes["pod"]].compactMap(\.self)
      table.rows.append([
        "\(allocation.address)", allocation.host ?? "", "\(allocation.block)",
        owner.hasPrefix("host:") ? String(owner.dropFirst(5)) : owner,
        attributes["type"] ?? (attributes["pod"] == nil ? "" : "pod"),
        pod.isEmpty ? allocation.handle ?? "" : pod.joined(separator: "/"),
      ])
    }
    return table.rows.isEmpty ? "No borrowed IP addresses found.\n" : table.text
  }

  /// How IPAM is configured.
  func configuration() async throws -> String {
    let spec = try await ipam.configuration()
    var table = BorderedTable(["PROPERTY", "VALUE"])
    table.rows = [
      ["StrictAffinity", "\(spec.strictAffinity)"],
      ["AutoAllocateBlocks", "\(spec.autoAllocateBlocks)"],
      ["MaxBlocksPerHost", "\(spec.maxBlocksPerHost)"],
      ["IPCooldownSeconds", "\(spec.ipCooldownSeconds)"],
    ]
    return table.text
  }
}
