// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension CrossFieldRule {
  /// What may not change of a pool.
  static let fixedPool = [
    CrossFieldRule(
      "spec", "self.cidr == oldSelf.cidr",
      "CIDR cannot be changed; follow IP pool migration guide to avoid corruption."),
    CrossFieldRule(
      "spec", "\(blockSize("self")) == \(blockSize("oldSelf"))",
      "Block size cannot be changed; follow IP pool migration guide to avoid corruption."),
  ]

  static let pool = [
    CrossFieldRule(
      "spec",
      "self.cidr.contains(':') ? \(within(116, 128)) : \(within(20, 32))",
      "blockSize must be between 20 and 32 for IPv4 pools, and between 116 and 128 for IPv6 pools"),
    CrossFieldRule(
      "spec", "!self.cidr.contains(':') || \(never("ipipMode"))",
      "IPIP is not supported on IPv6 pools"),
    CrossFieldRule(
      "spec", "\(never("ipipMode")) || \(never("vxlanMode"))",
      "ipipMode and vxlanMode cannot both be enabled"),
    CrossFieldRule(
      "spec", "!(\(uses("LoadBalancer"))) || self.allowedUses.all(u, u == 'LoadBalancer')",
      "LoadBalancer cannot be combined with Workload or Tunnel allowed uses", lists: ["allowedUses"]
    ),
    CrossFieldRule(
      "spec", "!(\(uses("LoadBalancer"))) || \(never("ipipMode")) && \(never("vxlanMode"))",
      "LoadBalancer IP pool cannot have IPIP or VXLAN enabled", lists: ["allowedUses"]),
    CrossFieldRule(
      "spec", "!(\(uses("LoadBalancer"))) || \(isOff("disableBGPExport"))",
      "LoadBalancer IP pools cannot disable BGP export", lists: ["allowedUses"]),
    CrossFieldRule(
      "spec",
      "!(\(uses("LoadBalancer"))) || !has(self.nodeSelector) || self.nodeSelector == 'all()'",
      "IP Pool with AllowedUse LoadBalancer must have nodeSelector set to all()",
      lists: ["allowedUses"]),
    CrossFieldRule(
      "spec",
      "has(self.allowedUses) && !self.allowedUses.exists(u, u == 'Tunnel') || "
        + isEmpty("namespaceSelector"),
      "IP Pool with AllowedUse Tunnel cannot have namespaceSelector", lists: ["allowedUses"]),
  ]

  static let peer = [
    CrossFieldRule(
      "spec", "\(isEmpty("node")) || \(isEmpty("nodeSelector"))",
      "node and nodeSelector cannot both be set"),
    CrossFieldRule(
      "spec", "\(isEmpty("peerIP")) || \(isEmpty("peerSelector"))",
      "peerIP and peerSelector cannot both be set"),
    CrossFieldRule(
      "spec", "\(isEmpty("peerSelector")) || !has(self.asNumber)",
      "asNumber must be empty when peerSelector is set"),
    CrossFieldRule(
      "spec", "\(isEmpty("localWorkloadSelector")) || has(self.asNumber)",
      "asNumber is required when localWorkloadSelector is set"),
    CrossFieldRule(
      "spec", "\(isEmpty("localWorkloadSelector")) || \(isEmpty("peerIP"))",
      "peerIP must be empty when localWorkloadSelector is set"),
    CrossFieldRule(
      "spec", "\(isEmpty("localWorkloadSelector")) || \(isEmpty("peerSelector"))",
      "peerSelector must be empty when localWorkloadSelector is set"),
    CrossFieldRule(
      "spec", "\(isEmpty("reachableBy")) || !(\(isEmpty("peerIP")))",
      "reachableBy must be empty when peerIP is empty"),
    CrossFieldRule(
      "spec", "\(isOff("keepOriginalNextHop")) || !has(self.nextHopMode)",
      "keepOriginalNextHop and nextHopMode cannot both be set; keepOriginalNextHop is deprecated, "
        + "use nextHopMode instead"),
  ]

  static let bgp = [
    CrossFieldRule(
      "spec", "!has(self.nodeMeshPassword) || \(isOn("nodeToNodeMeshEnabled"))",
      "nodeMeshPassword cannot be set when nodeToNodeMeshEnabled is false"),
    CrossFieldRule(
      "spec", "!has(self.nodeMeshMaxRestartTime) || \(isOn("nodeToNodeMeshEnabled"))",
      "nodeMeshMaxRestartTime cannot be set when nodeToNodeMeshEnabled is false"),
    CrossFieldRule(
      "spec", "\(isEmpty("communities")) || !(\(isEmpty("prefixAdvertisements")))",
      "communities are defined but not used in prefixAdvertisements"),
  ]

  static func filter(_ list: String) -> [CrossFieldRule] {
    let place = "spec.\(list).[]"
    return [
      CrossFieldRule(
        place, "(\(isEmpty("cidr"))) == !has(self.matchOperator)",
        "cidr and matchOperator must both be set or both be empty"),
      CrossFieldRule(
        place, "!has(self.prefixLength) || !(\(isEmpty("cidr")))",
        "cidr is required when prefixLength is set"),
      CrossFieldRule(
        place, "\(isEmpty("operations")) || self.action == 'Accept'",
        "operations may only be used with action Accept"),
    ]
  }

  static let tier =
    [
      ("default", 1_000_000, "Deny"), ("kube-admin", 1000, "Pass"),
      ("kube-baseline", 10_000_000, "Pass"),
    ]
    .flatMap { name, order, action in
      [
        CrossFieldRule(
          "",
          "self.metadata.name != '\(name)' || !has(self.spec) || !has(self.spec.order) || "
            + "double(self.spec.order) == \(order).0",
          "\(name) tier order must be \(order)"),
        CrossFieldRule(
          "",
          "self.metadata.name != '\(name)' || !has(self.spec) || !has(self.spec.defaultAction) || "
            + "self.spec.defaultAction == '\(action)'",
          "The '\(name)' tier must have default action '\(action)'"),
      ]
    }

  static let hostEndpoint = [
    CrossFieldRule("spec", "!(\(isEmpty("node")))", "node must be specified"),
    CrossFieldRule(
      "spec", "!(\(isEmpty("interfaceName"))) || !(\(isEmpty("expectedIPs")))",
      "at least one of interfaceName or expectedIPs must be specified"),
  ]

  static let felix = [
    CrossFieldRule(
      "",
      "!has(self.spec) || !has(self.spec.nodeSelector) || "
        + "self.metadata.name != 'default' && !self.metadata.name.startsWith('node.')",
      "nodeSelector must not be set on the 'default' or per-node ('node.*') FelixConfiguration"),
    CrossFieldRule(
      "spec", "!has(self.routeTableRange) || !has(self.routeTableRanges)",
      "routeTableRange and routeTableRanges cannot both be set"),
    CrossFieldRule(
      "spec.routeTableRange", "self.min >= 1 && self.max >= self.min && self.max <= 250",
      "must be a range of route table indices within 1..250"),
  ]

  /// What depends on where on their way packets meet a policy.
  static let stage = [
    CrossFieldRule(
      "spec",
      "\(isOff("preDNAT")) && \(isOff("doNotTrack")) || "
        + "has(self.applyOnForward) && self.applyOnForward",
      "applyOnForward must be true if either preDNAT or doNotTrack is true"),
    CrossFieldRule(
      "spec", "\(isOff("preDNAT")) || \(isOff("doNotTrack"))",
      "preDNAT and doNotTrack cannot both be true"),
    CrossFieldRule(
      "spec", "\(isOff("preDNAT")) || \(isEmpty("egress"))",
      "preDNAT policy cannot have any egress rules"),
    CrossFieldRule(
      "spec", "\(isOff("preDNAT")) || !has(self.types) || !self.types.exists(t, t == 'Egress')",
      "preDNAT policy cannot have 'Egress' type", lists: ["types"]),
  ]

  /// What holds of every rule of a policy.
  static func policyRules(_ form: DefinitionForm) -> [CrossFieldRule] {
    ["ingress", "egress"].flatMap { rules(in: $0, form) }
  }

  private static func rules(in list: String, _ form: DefinitionForm) -> [CrossFieldRule] {
    func isProtocol(_ names: [String], orNone: Bool, number: [Int]) -> String {
      Self.isProtocol(names, orNone: orNone, number: number, form)
    }
    let place = "spec.\(list).[]"
    let rule = [
      CrossFieldRule(
        place, "!has(self.http) || self.action == 'Allow'",
        "HTTP match is only valid on Allow rules"),
      CrossFieldRule(
        place, "!has(self.http) || \(isProtocol(["TCP", "tcp"], orNone: true, number: [6]))",
        "rules with HTTP match must have protocol TCP or unset"),
      CrossFieldRule(
        place,
        "(!has(self.icmp) && !has(self.notICMP)) || "
          + isProtocol(["ICMP", "icmp", "ICMPv6", "icmpv6"], orNone: false, number: [1, 58]),
        "ICMP fields require protocol to be ICMP or ICMPv6"),
      CrossFieldRule(
        place,
        "!(\(isProtocol(["ICMP", "icmp"], orNone: false, number: [1]))) || !has(self.ipVersion) || "
          + "self.ipVersion == 4",
        "protocol ICMP requires ipVersion 4"),
      CrossFieldRule(
        place,
        "!(\(isProtocol(["ICMPv6", "icmpv6"], orNone: false, number: [58]))) || !has(self.ipVersion) || "
          + "self.ipVersion == 6",
        "protocol ICMPv6 requires ipVersion 6"),
    ]
    let icmp = ["icmp", "notICMP"].map { field in
      CrossFieldRule(
        "\(place).\(field)", "!has(self.code) || has(self.type)",
        "ICMP code specified without an ICMP type")
    }
    let ends = ["source", "destination"].flatMap { end in
      services.filter { _, message in
        // Calico lets ports stand beside the services that ingress rules name as sources.
        form == .rules || end == "destination" || !message.hasPrefix("ports")
      }.map { CrossFieldRule("\(place).\(end)", $0.0, $0.1) }
    }
    return rule + icmp + ends
  }

  private static let services = [
    (
      "!has(self.services) || has(self.services.name) && self.services.name != ''",
      "services must specify a service name"
    ),
    (
      "!has(self.services) || \(isEmpty("ports")) && \(isEmpty("notPorts"))",
      "ports and notPorts cannot be specified with services"
    ),
    (
      "!has(self.services) || \(isEmpty("namespaceSelector"))",
      "cannot specify NamespaceSelector and Services on the same rule"
    ),
    (
      "!has(self.services) || \(isEmpty("nets")) && \(isEmpty("notNets"))",
      "cannot specify Nets/NotNets and Services on the same rule"
    ),
    (
      "!has(self.services) || \(isEmpty("selector")) && \(isEmpty("notSelector"))",
      "cannot specify Selector/NotSelector and Services on the same rule"
    ),
    (
      "!has(self.services) || !has(self.serviceAccounts)",
      "cannot specify ServiceAccounts and Services on the same rule"
    ),
  ]

  /// The rule of a staged deletion: these fields say nothing.
  static func staged(_ fields: [String]) -> CrossFieldRule {
    CrossFieldRule(
      "spec", deletion(fields) + ")",
      "Spec fields, except Tier, should all be zero-value if stagedAction is Delete")
  }

  /// The beginning of such a rule's expression, up to its last bracket.
  static func deletion(_ fields: [String]) -> String {
    let conditions = fields.map { field in
      switch field {
      case "order": "!has(self.order)"
      case "doNotTrack", "preDNAT", "applyOnForward": isOff(field)
      default: isEmpty(field)
      }
    }
    return "!has(self.stagedAction) || self.stagedAction != 'Delete' || ("
      + conditions.joined(separator: " && ")
  }

  // MARK: - Parts of expressions

  static func blockSize(_ pool: String) -> String {
    "(has(\(pool).blockSize) ? \(pool).blockSize : (\(pool).cidr.contains(':') ? 122 : 26))"
  }

  private static func within(_ least: Int, _ most: Int) -> String {
    "!has(self.blockSize) || self.blockSize >= \(least) && self.blockSize <= \(most)"
  }

  private static func never(_ field: String) -> String {
    "(!has(self.\(field)) || self.\(field) == 'Never')"
  }

  private static func uses(_ use: String) -> String {
    "has(self.allowedUses) && self.allowedUses.exists(u, u == '\(use)')"
  }

  /// A flag that is false where it is not said.
  private static func isOff(_ field: String) -> String {
    "(!has(self.\(field)) || !self.\(field))"
  }

  /// A flag that is true where it is not said.
  private static func isOn(_ field: String) -> String {
    "(!has(self.\(field)) || self.\(field))"
  }

  /// A text or list that is not there, or empty.
  static func isEmpty(_ field: String) -> String {
    "(!has(self.\(field)) || size(self.\(field)) == 0)"
  }

  /// A protocol is a number or a word, and servers compare only what is of one type.
  static func isProtocol(
    _ names: [String], orNone: Bool, number: [Int], _ form: DefinitionForm
  ) -> String {
    let numbers = number.map { "\($0)" }.joined(separator: ", ")
    let isNumber = "self.protocol in [\(numbers)]"
    let isWord: String
    if form == .functions {
      // Only texts whose length has a bound can be put into small letters; here it has one.
      let words = Set(names.map { $0.lowercased() }).sorted() + number.map { "\($0)" }
      isWord =
        "self.protocol.lowerAscii() in ["
        + words.map { "'\($0)'" }.joined(separator: ", ") + "]"
    } else {
      isWord = "self.protocol in [" + names.map { "'\($0)'" }.joined(separator: ", ") + "]"
    }
    let any = "(type(self.protocol) == int ? \(isNumber) : \(isWord))"
    return orNone ? "(!has(self.protocol) || \(any))" : "(has(self.protocol) && \(any))"
  }
}
