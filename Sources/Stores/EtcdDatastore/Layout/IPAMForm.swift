// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import ValueTree

/// The values of IPAM's records (compatibility §1.5): what the resource has in its spec, under
/// names of their own and without what the key says.
enum IPAMForm {
  /// Spec field and stored member where they differ.
  private static let blockNames = [("affinityClaimTime", "affinity_claim_time")]
  private static let configurationNames = [
    ("strictAffinity", "strict_affinity"), ("autoAllocateBlocks", "auto_allocate_blocks"),
  ]

  static func isUsed(for kind: Kind) -> Bool {
    switch kind {
    case .ipamBlock, .ipamHandle, .ipamConfiguration, .blockAffinity: true
    default: false
    }
  }

  /// The stored form of a record. `object` is the resource as every other store has it.
  static func stored(_ object: Value, kind: Kind) -> Value {
    var spec = object["spec"] ?? .object([])
    switch kind {
    case .ipamBlock:
      spec = renamed(spec, blockNames.map { ($0.0, $0.1) })
      if spec["sequenceNumber"] == nil { insert("sequenceNumber", 0, after: "attributes", &spec) }
      // An old field that nothing reads any more.
      if spec["strictAffinity"] == false { spec["strictAffinity"] = nil }
      if spec["deleted"] == nil {
        let place =
          spec["sequenceNumberForAllocation"] == nil
          ? "sequenceNumber" : "sequenceNumberForAllocation"
        insert("deleted", false, after: place, &spec)
      }
    case .blockAffinity:
      for field in ["node", "type", "cidr"] { spec[field] = nil }
      if spec["deleted"] == nil { insert("deleted", false, after: "state", &spec) }
    case .ipamHandle:
      spec["handleID"] = nil
    case .ipamConfiguration:
      spec = renamed(spec, configurationNames.map { ($0.0, $0.1) })
    default: break
    }
    return spec
  }

  /// The resource of a stored record.
  static func object(_ stored: Value, kind: Kind, key: String, name: ResourceKey) -> Value {
    var spec = stored
    if case .null = spec { spec = .object([]) }
    guard case .object(let members) = spec else { return stored }
    switch kind {
    case .ipamBlock:
      spec = renamed(spec, blockNames.map { ($0.1, $0.0) })
      // What Calico wrote before blocks could belong to anything but hosts.
      if spec["affinity"]?.isNull ?? true, let host = spec["hostAffinity"]?.string, !host.isEmpty {
        spec["affinity"] = .string("host:\(host)")
      }
    case .blockAffinity:
      let owner = IPAMLayout.owner(of: key)
      // Members of the same names would not be ours: the key says these.
      spec = .object(members.filter { !["node", "type", "cidr"].contains($0.key) })
      spec["node"] = .string(owner?.node ?? "")
      spec["type"] = .string((owner?.type ?? .host).rawValue)
      spec["cidr"] = .string(owner?.cidr.description ?? "")
    case .ipamHandle:
      spec["handleID"] = .string(name.name)
    case .ipamConfiguration:
      spec = renamed(spec, configurationNames.map { ($0.1, $0.0) })
    default: break
    }
    return [
      "kind": .string(kind.rawValue), "apiVersion": "projectcalico.org/v3",
      "metadata": ["name": .string(name.name)], "spec": spec,
    ]
  }

  private static func renamed(_ value: Value, _ names: [(from: String, to: String)]) -> Value {
    guard case .object(var members) = value else { return value }
    for index in members.indices {
      if let name = names.first(where: { $0.from == members[index].key }) {
        members[index].key = name.to
      }
    }
    return .object(members)
  }

  private static func insert(
    _ key: String, _ value: Value, after place: String, _ object: inout Value
  ) {
    guard case .object(var members) = object else { return }
    let index = members.firstIndex { $0.key == place }
    members.insert(Value.Member(key, value), at: index.map { $0 + 1 } ?? members.count)
    object = .object(members)
  }
}
