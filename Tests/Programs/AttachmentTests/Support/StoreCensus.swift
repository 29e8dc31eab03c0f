// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What the datastore says of pods' addresses at one moment, read from the rows themselves.
struct StoreCensus {
  struct Block {
    var cidr: String
    /// The handle by ordinal.
    var taken: [Int: String] = [:]
    var free: [Int] = []

    func address(_ ordinal: Int) -> String {
      let parts = cidr.prefix { $0 != "/" }.split(separator: ".").compactMap { Int($0) }
      let number = parts.reduce(0) { $0 << 8 | $1 } + ordinal
      return [24, 16, 8, 0].map { String(number >> $0 & 255) }.joined(separator: ".")
    }

    /// The number of its addresses.
    var size: Int { 1 << (32 - (Int(cidr.drop { $0 != "/" }.dropFirst()) ?? 32)) }
  }

  struct Endpoint {
    var name: String
    var pod: String
    var container: String
    var interface: String
    var network: String
    var address: String { String(network.prefix { $0 != "/" }) }
  }

  private(set) var blocks: [String: Block] = [:]
  /// Handle, block and count.
  private(set) var handles: [[String]] = []
  private(set) var endpoints: [Endpoint] = []

  /// Handles by address; more than one means that blocks overlap.
  private(set) var holders: [String: [String]] = [:]

  init(path: String) throws {
    let store = try RawRows(path: path)
    // One moment for all that follows.
    try store.rows("BEGIN")
    for row in try store.rows(
      "SELECT json_extract(value, '$.spec.cidr') FROM objects WHERE kind = 'IPAMBlock'")
    {
      blocks[row[0]] = Block(cidr: row[0])
    }
    for row in try store.rows(
      """
      SELECT json_extract(o.value, '$.spec.cidr'), a.key,
        json_extract(o.value, '$.spec.attributes[' || a.value || '].handle_id')
      FROM objects o, json_each(o.value, '$.spec.allocations') a
      WHERE o.kind = 'IPAMBlock' AND a.type <> 'null'
      """)
    {
      blocks[row[0]]?.taken[Int(row[1]) ?? -1] = row[2]
    }
    for row in try store.rows(
      """
      SELECT json_extract(o.value, '$.spec.cidr'), u.value
      FROM objects o, json_each(o.value, '$.spec.unallocated') u WHERE o.kind = 'IPAMBlock'
      """)
    {
      blocks[row[0]]?.free.append(Int(row[1]) ?? -1)
    }
    handles = try store.rows(
      """
      SELECT json_extract(o.value, '$.spec.handleID'), b.key, b.value
      FROM objects o LEFT JOIN json_each(o.value, '$.spec.block') b WHERE o.kind = 'IPAMHandle'
      """)
    endpoints = try store.rows(
      """
      SELECT o.name, json_extract(o.value, '$.spec.pod'),
        json_extract(o.value, '$.spec.containerID'),
        json_extract(o.value, '$.spec.interfaceName'), n.value
      FROM objects o LEFT JOIN json_each(o.value, '$.spec.ipNetworks') n
      WHERE o.kind = 'WorkloadEndpoint'
      """
    ).map { row in
      Endpoint(name: row[0], pod: row[1], container: row[2], interface: row[3], network: row[4])
    }
    for block in blocks.values {
      for (ordinal, handle) in block.taken {
        holders[block.address(ordinal), default: []].append(handle)
      }
    }
  }

  /// What must never be, not even while calls are under way.
  func problems(network: String) -> [String] {
    var found: [String] = []
    for block in blocks.values {
      let ordinals = block.free + block.taken.keys
      if ordinals.sorted() != Array(0..<block.size) {
        found.append("\(block.cidr): free \(block.free) and taken \(block.taken) are not the block")
      }
    }
    for (address, handles) in holders where handles.count > 1 {
      found.append("\(address) is taken by \(handles)")
    }
    var counted: [String: Int] = [:]
    for block in blocks.values {
      for handle in block.taken.values { counted["\(handle) in \(block.cidr)", default: 0] += 1 }
    }
    let told = Dictionary(
      handles.map { ("\($0[0]) in \($0[1])", Int($0[2]) ?? 0) }, uniquingKeysWith: +)
    if told != counted { found.append("the handles say \(told), the blocks \(counted)") }
    for (address, group) in Dictionary(grouping: endpoints, by: \.address) where group.count > 1 {
      found.append("\(address) is that of the endpoints \(group.map(\.name))")
    }
    for endpoint in endpoints {
      let handle = "\(network).\(endpoint.container)"
      if holders[endpoint.address] != [handle] || !endpoint.network.hasSuffix("/32") {
        found.append(
          "the endpoint \(endpoint.name) has \(endpoint.network), which is taken by "
            + "\(holders[endpoint.address] ?? []) and not \(handle)")
      }
    }
    return found
  }

  /// What is there although no pod is.
  var leftovers: [String] {
    holders.map { "\($0.key) is taken by \($0.value)" } + handles.map { "the handle \($0)" }
      + endpoints.map { "the endpoint \($0.name)" }
  }
}
