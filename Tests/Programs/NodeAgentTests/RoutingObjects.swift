// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import TestSupport
import ValueTree

/// Stored objects as anybody may have written them: half of what they say is right, the rest is not.
/// What the store's decoding lets through reaches the agent.
struct RoutingObjects {
  var random: SplitMix64

  static let nodeNames = [
    "n1", "n2", "n3", "n4", "n5", "n\"6", "n\n7", "n\\8", "größe", "n*", "}", "", "n-\u{0}-10",
  ]
  private static let v4Addresses: [Value] = [
    "10.0.0.1/24", "10.0.0.2/24", "10.0.0.3", "10.0.0.4/32", "10.0.0.5/0", "192.168.0.1/16",
    "10.0.0.2", "0.0.0.0", "0.0.0.1", "127.0.0.1", "169.254.1.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "10.0.0.256", "fd00::2", "ten", "10.0.0.1\"; }", "", .null, 7, ["a": 1],
  ]
  private static let v6Addresses: [Value] = [
    "fd00::1/64", "fd00::2/64", "2001:DB8::3", "fd00:0:0::4", "::", "::1", "fe80::1", "ff02::1",
    "::ffff:10.0.0.2", "::ffff:a00:2", "::1.2.3.4", "::2", "10.0.0.2", "fd00::g", "", .null, 6,
  ]
  private static let numbers: [Value] = [
    64512, 65001, "1.2", 0, "0", "0.0", -1, 4_294_967_295, 4_294_967_296, 99_999_999_999, "many",
    1.5, .null, true, [],
  ]
  private static let networks: [Value] = [
    "10.1.0.0/16", "10.1.0.0/24", "10.1.5.5/16", "10.0.0.0/8", "10.0.0.0/24", "0.0.0.0/0",
    "0.0.0.0/1", "224.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "10.2.0.0/32", "10.2.0.0",
    "fd00:1::/64", "fd00:1::5/48", "::/0", "::ffff:0:0/96", "::ffff:10.0.0.0/112", "fe80::/10",
    "10.0.0.0/33", "10.0.0.0\"/8", "x", "", 5, .null,
  ]
  private static let blocks: [Value] = [
    "10.1.0.0/26", "10.1.0.64/26", "10.1.0.0/28", "10.1.0.7/26", "10.7.0.0/26", "10.0.0.0/26",
    "10.0.0.0/24", "0.0.0.0/0", "0.0.0.0/20", "10.16.0.0/12", "10.1.9.9/32", "224.0.0.0/26",
    "127.0.0.0/26", "255.255.255.192/26", "fd00:1::/122", "fd00:9::/122", "::/122", "::/0",
    "::ffff:10.1.0.0/122", "fe80::/122", "fd00:1::1/128", "10.1.0.0/27\n", "y", .null,
  ]
  private static let ports: [Value] = [179, 1790, 0, -1, 65535, 65536, "179", 1.5, .null]
  private static let severities: [Value] = ["Info", "Debug", "None", "loud", "\"", 3, .null]
  private static let selectors: [Value] = ["all()", "rack == 'x'", "!all()", "rack ==", 5, .null]

  /// Members, each of which is mostly there.
  private mutating func object(_ members: [(String, [Value])]) -> Value {
    var result: [Value.Member] = []
    for (name, values) in members where random.chance(75) {
      result.append(Value.Member(name, random.pick(values)))
    }
    return .object(result)
  }

  private mutating func node() -> Value {
    let bgp = object([
      ("ipv4Address", Self.v4Addresses), ("ipv6Address", Self.v6Addresses),
      ("asNumber", Self.numbers),
      ("routeReflectorClusterID", [.null, .null, "", "1.0.0.1", "x\"", 5]),
    ])
    return random.chance(95) ? ["bgp": bgp] : ["bgp": random.pick([5, .null, "x", []])]
  }

  private mutating func pool() -> Value {
    let flags: [Value] = [true, false, .null, "yes"]
    let modes: [Value] = ["Never", "Always", "CrossSubnet", "Quantum"]
    var members =
      object([
        ("disabled", flags), ("disableBGPExport", flags), ("natOutgoing", flags),
        ("ipipMode", modes), ("vxlanMode", modes), ("blockSize", [26, 28, 122, 0, 200, "big"]),
        ("nodeSelector", Self.selectors), ("namespaceSelector", Self.selectors),
        ("allowedUses", [["Workload"], ["Tunnel"], [], ["Everything"]]),
        ("assignmentMode", ["Automatic", "Manual", "Never"]),
      ]).members ?? []
    members.append(Value.Member("cidr", random.pick(Self.networks)))
    return .object(members)
  }

  private mutating func block() -> Value {
    let owners: [Value] = ["host:n1", "host:n1", "host:n2", "virtual:lb", "host:", .null, "n1"]
    return [
      "cidr": random.pick(Self.blocks), "affinity": random.pick(owners),
      "allocations": random.pick([[], [0, .null], [.null, 1], [7], [-1]]),
      "unallocated": [], "strictAffinity": false, "deleted": .bool(random.chance(5)),
      "attributes": [
        ["handle_id": "h", "secondary": ["node": "n1"]],
        ["handle_id": "i", "secondary": ["node": "n\"6"]],
      ],
    ]
  }

  private mutating func configuration() -> Value {
    object([
      ("asNumber", Self.numbers), ("listenPort", Self.ports),
      ("logSeverityScreen", Self.severities), ("nodeToNodeMeshEnabled", [true, true, true, false]),
      ("ignoredInterfaces", [["eth\"0"], []]), ("nodeMeshPassword", ["x", ["secretKeyRef": [:]]]),
    ])
  }

  /// One object of a kind that routing looks at, or the removal of one.
  mutating func change() -> ResourceChange? {
    let configurations = ["default", "default", "node.n1"] + Self.nodeNames.map { "node.\($0)" }
    let (kind, name, spec): (Kind, String, Value) =
      switch random.below(100) {
      case ..<40: (.node, random.pick(Self.nodeNames), node())
      case ..<60: (.ipPool, "p\(random.below(6))", pool())
      case ..<85: (.ipamBlock, "b\(random.below(8))", block())
      default: (.bgpConfiguration, random.pick(configurations), configuration())
      }
    let key = ResourceKey(kind: kind, name: name)
    if random.chance(10) { return .removed(key) }
    let object: Value = [
      "apiVersion": "projectcalico.org/v3", "kind": .string(kind.rawValue),
      "metadata": ["name": .string(name)], "spec": spec,
    ]
    return Self.stored(object, key)
  }

  /// What a store makes of an object; of one that it leaves out nothing is there any more.
  static func stored(_ object: Value, _ key: ResourceKey) -> ResourceChange {
    switch StoredObject.decode(object, key: key, revision: 1) {
    case .success(let resource): .set(resource)
    case .failure: .removed(key)
    }
  }

  /// This node as it should be, and two others.
  static let sound: [ResourceChange] = [
    ("n1", "10.0.0.1/24"), ("n2", "10.0.0.2/24"), ("n3", "10.0.0.3/24"),
  ].map { name, address in
    var node = Node(name: name)
    node.spec.bgp = NodeBGPSpec()
    node.spec.bgp?.ipv4Address = address
    return .set(node)
  }
}
