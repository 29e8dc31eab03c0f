// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Resources

/// Where in etcd IPAM's records are (compatibility §1.5). Part of what they say stands in the key.
enum IPAMLayout {
  static let blocks = "/calico/ipam/v2/assignment/"
  static let hosts = "/calico/ipam/v2/host/"
  static let virtuals = "/calico/ipam/v2/virtual/"
  static let handles = "/calico/ipam/v2/handle/"
  static let configuration = "/calico/ipam/v2/config"

  /// Ranges of one list at most; a stranger name is looked for among all.
  private static let rangeLimit = 24

  /// The key of a record of IPAM; nil for other kinds.
  ///
  /// Errors: `validation` when what stands in the key is missing.
  static func key(of resource: any Resource) throws(DatastoreError) -> String? {
    switch resource {
    case let block as IPAMBlock:
      return blocks + self.block(try cidr(block.spec.cidr))
    case let affinity as BlockAffinity:
      guard !affinity.spec.node.isEmpty else {
        throw .validation([FieldProblem("spec", "node", message: "is required")])
      }
      return self.affinity(affinity.spec, try cidr(affinity.spec.cidr))
    case let handle as IPAMHandle:
      guard !handle.spec.handleID.isEmpty else {
        throw .validation([FieldProblem("spec", "handleID", message: "is required")])
      }
      return handles + KeyLayout.escaped(handle.spec.handleID)
    case is IPAMConfiguration:
      guard resource.metadata.name == "default" else {
        throw .validation([
          FieldProblem(
            "metadata", "name", message: "must be 'default'", value: resource.metadata.name)
        ])
      }
      return configuration
    default: return nil
    }
  }

  private static func cidr(_ text: String) throws(DatastoreError) -> CIDR {
    guard let cidr = CIDR(text) else {
      throw .validation([FieldProblem("spec", "cidr", message: "must be a CIDR", value: text)])
    }
    return cidr
  }

  private static func block(_ cidr: CIDR) -> String {
    "\(cidr.family == .v4 ? "ipv4" : "ipv6")/block/\(segment(cidr))"
  }

  private static func segment(_ cidr: CIDR) -> String {
    String(cidr.description.map { $0 == "/" ? "-" : $0 })
  }

  private static func affinity(_ spec: BlockAffinitySpec, _ cidr: CIDR) -> String {
    "\(spec.type == .host ? hosts : virtuals)\(KeyLayout.escaped(spec.node))/\(block(cidr))"
  }

  // MARK: - By name

  /// Where a record of this name may be; nil for other kinds.
  static func candidates(_ key: ResourceKey) -> [String]? {
    switch key.kind {
    case .ipamBlock:
      return cidr(named: key.name[...]).map { [blocks + block($0)] } ?? []
    case .ipamHandle:
      return [handles + KeyLayout.escaped(key.name)]
    case .ipamConfiguration:
      return key.name == "default" ? [configuration] : []
    case .blockAffinity:
      return splits(of: key.name).flatMap { node, rest -> [String] in
        guard let cidr = cidr(named: rest) else { return [] }
        return [hosts, virtuals].map { "\($0)\(KeyLayout.escaped(node))/\(block(cidr))" }
      }
    default: return nil
    }
  }

  /// The names that may be a node's and what follows it, at each dash: `a-10-0-0-0-26` may be a
  /// block of `a`, and `a-10` may be a node too.
  private static func splits(of name: String) -> [(node: String, rest: Substring)] {
    name.indices.filter { name[$0] == "-" && $0 > name.startIndex }.map {
      (String(name[..<$0]), name[name.index(after: $0)...])
    }
  }

  /// The block that is named so: `10-0-0-64-26`, `fd00--40-122`.
  private static func cidr(named name: Substring) -> CIDR? {
    guard let dash = name.lastIndex(of: "-") else { return nil }
    let address = name[..<dash]
    let length = name[name.index(after: dash)...]
    for separator in [".", ":"] {
      let text = address.split(separator: "-", omittingEmptySubsequences: false)
        .joined(separator: separator)
      if let cidr = CIDR("\(text)/\(length)") { return cidr }
    }
    return nil
  }

  /// The places of the affinities whose names begin so: those of the nodes whose name is a part of
  /// the prefix, up to a dash, and those of the nodes whose names begin with it.
  static func affinityRanges(namePrefix prefix: String) -> [KeyRange] {
    if prefix.utf8.count > BlockAffinity.nodeLimit {
      let node = String(decoding: prefix.utf8.prefix(BlockAffinity.nodeLimit), as: UTF8.self)
      return [hosts, virtuals].map { KeyRange(prefix: $0 + KeyLayout.escaped(node)) }
    }
    let splits = splits(of: prefix).filter { $0.rest.allSatisfy { $0 == "-" || $0.isHexDigit } }
    guard !prefix.isEmpty, splits.count * 2 + 2 <= rangeLimit else {
      return [KeyLayout.range(of: .blockAffinity)]
    }
    return [hosts, virtuals].flatMap { root in
      splits.map { KeyRange(prefix: "\(root)\(KeyLayout.escaped($0.node))/") }
        + [KeyRange(prefix: root + KeyLayout.escaped(prefix))]
    }
  }

  // MARK: - By key

  /// What a key names; nil when it is not one of a record, such as the mark of a host.
  static func name(of key: String, kind: Kind) -> KeyLayout.StoredName? {
    switch kind {
    case .ipamConfiguration:
      return .object(ResourceKey(kind: kind, name: "default"), written: "default")
    case .ipamHandle:
      let name = KeyLayout.unescaped(key.dropFirst(handles.count))
      return .object(ResourceKey(kind: kind, name: name), written: name)
    case .ipamBlock:
      guard key.hasPrefix(blocks) else { return nil }
      let rest = key.dropFirst(blocks.count)
      guard let cidr = cidr(ofBlock: rest) else {
        return .stray(ResourceKey(kind: kind, name: String(rest)))
      }
      let name = IPAMBlock.name(of: cidr)
      return .object(ResourceKey(kind: kind, name: name), written: name)
    default:
      guard let owner = owner(of: key) else { return nil }
      let name = BlockAffinity.name(node: owner.node, cidr: owner.cidr)
      return .object(ResourceKey(kind: kind, name: name), written: name)
    }
  }

  /// Whose block a key of an affinity says that it is.
  static func owner(of key: String) -> (node: String, type: BlockAffinitySpec.Owner, cidr: CIDR)? {
    let type: BlockAffinitySpec.Owner = key.hasPrefix(hosts) ? .host : .virtual
    let root = type == .host ? hosts : virtuals
    guard key.hasPrefix(root) else { return nil }
    let rest = key.dropFirst(root.count)
    guard let slash = rest.firstIndex(of: "/"),
      let cidr = cidr(ofBlock: rest[rest.index(after: slash)...])
    else { return nil }
    return (KeyLayout.unescaped(rest[..<slash]), type, cidr)
  }

  /// The block of the last part of a key: `ipv4/block/10.0.0.64-26`.
  private static func cidr(ofBlock path: Substring) -> CIDR? {
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    guard segments.count == 3, segments[1] == "block", let dash = segments[2].lastIndex(of: "-")
    else { return nil }
    let length = segments[2][segments[2].index(after: dash)...]
    guard let cidr = CIDR("\(segments[2][..<dash])/\(length)") else { return nil }
    return segments[0] == (cidr.family == .v4 ? "ipv4" : "ipv6") ? cidr : nil
  }
}
