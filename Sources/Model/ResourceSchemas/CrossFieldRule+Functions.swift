// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources

/// Rules for servers that have functions for addresses (`DefinitionForm.functions`).
///
/// A rule stands at the field that it is about where it can: a field that does not change is not
/// judged again, so that an object from before the rule can still be changed and ended.
extension CrossFieldRule {
  static func addedRules(of kind: Kind) -> [CrossFieldRule] {
    switch kind {
    case .ipPool: poolNetwork
    case .bgpPeer: peerAddresses
    case .bgpConfiguration: bgpValues
    case .bgpFilter:
      ["exportV4", "importV4"].flatMap { filterValues($0, 4, 32) }
        + ["exportV6", "importV6"].flatMap { filterValues($0, 6, 128) }
    case .hostEndpoint: hostEndpointValues
    case .felixConfiguration: felixValues
    case .kubeControllersConfiguration: [onlyDefault] + templateValues
    case .globalNetworkPolicy, .stagedGlobalNetworkPolicy: policyValues(isGlobal: true)
    case .networkPolicy, .stagedNetworkPolicy: policyValues(isGlobal: false)
    case .clusterInformation, .ipamConfiguration: [onlyDefault]
    case .tier: passingTiers
    default: []
    }
  }

  private static let onlyDefault = CrossFieldRule(
    "", "self.metadata.name == 'default'", "the name must be default")

  // MARK: - Pools

  /// What may not change of a pool, but for a range that is none, which may be mended.
  static let mendablePool = [
    CrossFieldRule(
      "spec.cidr",
      "self == oldSelf || !(\(FieldForms.isNetwork("oldSelf"))) || "
        + "isCIDR(self) && isCIDR(oldSelf) && cidr(self).masked() == cidr(oldSelf).masked()",
      "CIDR cannot be changed; follow IP pool migration guide to avoid corruption."),
    CrossFieldRule(
      "spec",
      "\(blockSize("self")) == \(blockSize("oldSelf")) || !(\(FieldForms.isNetwork("oldSelf.cidr")))",
      "Block size cannot be changed; follow IP pool migration guide to avoid corruption."),
  ]

  private static let poolNetwork = [
    CrossFieldRule(
      "spec.cidr", "!isCIDR(self) || cidr(self).ip() == cidr(self).masked().ip()",
      "IPPool CIDR must be strictly masked"),
    CrossFieldRule(
      "spec.cidr", apart("169.254.0.0/16", "169.254.0.0"),
      "IPPool CIDR overlaps with IPv4 link local range 169.254.0.0/16"),
    CrossFieldRule(
      "spec.cidr", apart("fe80::/10", "fe80::"),
      "IPPool CIDR overlaps with IPv6 link local range fe80::/10"),
    CrossFieldRule(
      "spec",
      "has(self.disabled) && self.disabled || "
        + "(isCIDR(self.cidr) ? cidr(self.cidr).prefixLength() : isIP(self.cidr) ? "
        + "(ip(self.cidr).family() == 4 ? 32 : 128) : 0) <= \(blockSize("self"))",
      "IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the "
        + "block size."),
    CrossFieldRule(
      "spec.nodeSelector", withoutGlobal, "global() selector is not valid for IPPool nodeSelector"),
    CrossFieldRule(
      "spec.namespaceSelector", withoutGlobal,
      "global() selector is not valid for IPPool namespaceSelector"),
  ]

  /// Whether the network is outside of another one, of which an address is given too.
  private static func apart(_ range: String, _ first: String) -> String {
    "isCIDR(self) ? !cidr('\(range)').containsIP(cidr(self).ip()) && "
      + "!cidr(self).containsIP('\(first)') : !isIP(self) || !cidr('\(range)').containsIP(self)"
  }

  // MARK: - BGP

  private static let peerAddresses =
    [
      CrossFieldRule(
        "spec.peerIP",
        "self == '' || isIP(self) || "
          + "self.matches('^[0-9.]+:[0-9]{1,5}$') && isIP(self.split(':')[0]) && "
          + "int(self.split(':')[1]) >= 1 && int(self.split(':')[1]) <= 65535 || "
          + "self.matches('^[[][0-9a-fA-F]*:[0-9a-fA-F:.]*]:[0-9]{1,5}$') && "
          + "isIP(self.substring(1, self.indexOf(']'))) && "
          + "int(self.substring(self.indexOf(']') + 2)) >= 1 && "
          + "int(self.substring(self.indexOf(']') + 2)) <= 65535",
        "must be an IP address, address:port or [IPv6 address]:port", length: 64),
      CrossFieldRule(
        "spec.reachableBy", "self == '' || isIP(self)", "must be an IP address", length: 64),
      CrossFieldRule(
        "spec",
        "\(isEmpty("reachableBy")) || \(isEmpty("peerIP")) || self.reachableBy.contains(':') == "
          + "(self.peerIP.startsWith('[') || isIP(self.peerIP) && self.peerIP.contains(':'))",
        "ReachableBy and PeerIP address family mismatched"),
    ]
    + ["nodeSelector", "peerSelector", "localWorkloadSelector"].map { noGlobal("spec.\($0)") }

  private static let bgpValues =
    ["nodeToNodeMeshEnabled", "asNumber"].map { field in
      CrossFieldRule(
        "",
        "self.metadata.name == 'default' || !has(self.spec) || !has(self.spec.\(field))",
        "\(field) can only be set on the BGPConfiguration 'default'")
    } + [
      CrossFieldRule(
        "spec.communities.[].value",
        "self.matches('\(BGPCommunity.pattern)')", "invalid community value or format used.",
        length: 64),
      // Whether each is one or has a name here is too dear to ask of lists of these lengths.
      CrossFieldRule(
        "spec.prefixAdvertisements.[]", "has(self.communities) && size(self.communities) > 0",
        "must have 1 to 50 communities, has 0"),
      CrossFieldRule(
        "spec.ignoredInterfaces.[]", "self.matches('^[a-zA-Z0-9_.-]{1,15}$')",
        "must be an interface's name: 1 to 15 letters, digits, '_', '.' or '-'", length: 64),
      ofFamily("spec.localWorkloadPeeringIPV4", 4, "must be an IPv4 address"),
      ofFamily("spec.localWorkloadPeeringIPV6", 6, "must be an IPv6 address"),
    ]

  private static func filterValues(_ list: String, _ family: Int, _ bits: Int) -> [CrossFieldRule] {
    let place = "spec.\(list).[]"
    return [
      CrossFieldRule(
        "\(place).cidr", "self == '' || \(FieldForms.isNetwork("self"))",
        "must be an IP address or a CIDR", length: 64),
      CrossFieldRule(
        "\(place).cidr", "self == '' || self.contains(':') == \(family == 6)",
        "must be an IPv\(family) CIDR", length: 64),
      CrossFieldRule(
        "\(place).interface", "self.matches('^[a-zA-Z0-9_.*-]*$')",
        "must be 1 to 15 letters, digits, '_', '.', '-' or '*'"),
      CrossFieldRule(
        "\(place).prefixLength",
        "(!has(self.min) || self.min <= \(bits)) && (!has(self.max) || self.max <= \(bits))",
        "must be between 0 and \(bits)"),
      CrossFieldRule(
        "\(place).prefixLength", "!has(self.min) || !has(self.max) || self.min <= self.max",
        "min value cannot be greater than max value"),
      CrossFieldRule(
        "\(place).operations.[]",
        "[has(self.addCommunity), has(self.prependASPath), has(self.setPriority)]"
          + ".filter(o, o).size() == 1",
        "must have exactly one of addCommunity, prependASPath and setPriority"),
    ]
  }

  // MARK: - Hosts and settings

  /// A tier that says no action denies.
  private static let passingTiers = ["kube-admin", "kube-baseline"].map { name in
    CrossFieldRule(
      "", "self.metadata.name != '\(name)' || has(self.spec) && has(self.spec.defaultAction)",
      "The '\(name)' tier must have default action 'Pass'")
  }

  private static let hostEndpointValues = [
    CrossFieldRule(
      "spec.interfaceName", "self == '' || self == '*' || self.matches('^[a-zA-Z0-9_.-]{1,15}$')",
      "must be 1 to 15 letters, digits, '_', '.' or '-', or *", length: 64),
    CrossFieldRule(
      "spec.expectedIPs.[]", "isIP(self)", "must be an IP address", length: 64),
    CrossFieldRule(
      "spec.profiles.[]", "self.matches('^\(subdomain)$')", subdomainForm, length: 253),
    CrossFieldRule(
      "spec.ports.[].protocol",
      "type(self) == int ? self in [6, 17, 132] : "
        + "self.lowerAscii() in ['tcp', 'udp', 'sctp', '6', '17', '132']",
      "EndpointPort protocol does not support ports: must be TCP, UDP or SCTP"),
  ]

  private static let templateValues: [CrossFieldRule] = {
    let list = "spec.controllers.node.hostEndpoint.templates"
    let place = "\(list).[]"
    let pattern = FieldForms.isExpression("t.interfacePattern")
    return [
      CrossFieldRule(
        list,
        "self.all(t, !has(t.interfacePattern) || \(pattern)) || "
          + "oldSelf.hasValue() && oldSelf.value() == self",
        "interfacePattern must be a regular expression"),
      CrossFieldRule(
        "\(place).generateName", "self == '' || self.matches('^\(subdomain)$')", subdomainForm,
        length: 253),
      CrossFieldRule(
        "\(place).labels", "self.all(k, \(isKey("k", subdomain)))",
        "a label's name must be \(keyForm)"),
      CrossFieldRule(
        "\(place).labels", "self.all(k, self[k].matches('^(\(qualified))?$'))",
        "a label's value must be empty or \(qualifiedForm)", length: 63),
      annotationKeys("\(place).annotations"),
      noGlobal("\(place).nodeSelector"),
    ]
  }()

  // MARK: - Names

  private static let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
  private static let subdomain = "\(label)([.]\(label))*"
  private static let subdomainForm =
    "name must consist of lower case alphanumeric characters, '-' or '.'"
  private static let qualified = "[a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?"
  private static let qualifiedForm =
    "at most 63 letters, digits, '-', '_' or '.', beginning and ending with a letter or digit"
  private static let keyForm = "\(qualifiedForm), with an optional DNS prefix and '/' before it"

  private static func isKey(_ key: String, _ prefix: String) -> String {
    "\(key).matches('^(\(prefix)/)?\(qualified)$') && \(key).indexOf('/') <= 253"
  }

  /// The letters of annotations' names may be capitals in the prefix too.
  private static func annotationKeys(_ place: String) -> CrossFieldRule {
    CrossFieldRule(
      place, "self.all(k, \(isKey("k", subdomain.replacing("a-z", with: "a-zA-Z"))))",
      "an annotation's name must be \(keyForm)")
  }

  private static let felixValues = [
    ofFamily(
      "spec.natOutgoingAddress", 4, "natOutgoingAddress must be a valid IPv4 address"),
    ofFamily(
      "spec.deviceRouteSourceAddress", 4, "deviceRouteSourceAddress must be a valid IPv4 address"),
    ofFamily(
      "spec.deviceRouteSourceAddressIPv6", 6,
      "deviceRouteSourceAddressIPv6 must be a valid IPv6 address"),
    noGlobal("spec.nodeSelector"),
    CrossFieldRule(
      "spec.routeTableRanges.[]", "self.min >= 1 && self.max >= self.min && self.max <= 4294967295",
      "must be a range of route table indices within 1..4294967295"),
    CrossFieldRule(
      "spec.routeTableRanges", "self.map(r, r.max - r.min + 1).sum() <= 65535",
      "targets too many tables"),
  ]

  private static func ofFamily(
    _ place: String, _ family: Int, _ message: String
  ) -> CrossFieldRule {
    CrossFieldRule(
      place, "self == '' || isIP(self) && ip(self).family() == \(family)", message, length: 64)
  }

  // MARK: - Policies

  private static func policyValues(isGlobal: Bool) -> [CrossFieldRule] {
    let types = ["Ingress", "Egress"].map { type in
      CrossFieldRule(
        "spec.types", "self.filter(t, t == '\(type)').size() <= 1",
        "'\(type)' type specified more than once")
    }
    let selectors = ["selector", "namespaceSelector", "serviceAccountSelector"].map {
      noGlobal("spec.\($0)")
    }
    let tier = CrossFieldRule(
      "spec.tier", "self == '' || self.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')",
      "must be a valid DNS label", length: 63)
    return types + selectors + [tier]
      + ["ingress", "egress"].flatMap { ruleValues($0, isGlobal: isGlobal) }
  }

  private static func ruleValues(_ list: String, isGlobal: Bool) -> [CrossFieldRule] {
    let place = "spec.\(list).[]"
    let hasPorts = isProtocol(
      ["TCP", "UDP", "SCTP"], orNone: false, number: [6, 17, 132], .functions)
    var rules: [CrossFieldRule] = []
    for end in ["source", "destination"] {
      for field in ["ports", "notPorts"] {
        let ports = "self.\(end).\(field)"
        let none = "!has(self.\(end)) || !has(\(ports)) || size(\(ports)) == 0"
        rules += [
          CrossFieldRule(
            place,
            "\(none) || \(hasPorts) || "
              + "\(ports).all(p, type(p) == string && p.matches('[a-zA-Z]'))",
            "rules with numeric port or port range must set protocol to TCP or UDP or SCTP"),
          CrossFieldRule(
            place, "\(none) || !has(self.protocol) || \(hasPorts)",
            "rules that specify ports must set protocol to TCP or UDP or SCTP"),
        ]
      }
      // With the other selectors of a rule, whose form says it, they would be too dear.
      rules.append(noGlobal("\(place).\(end).selector"))
      if isGlobal {
        rules.append(
          CrossFieldRule(
            "\(place).\(end).services", "has(self.namespace) && self.namespace != ''",
            "must specify a namespace"))
      }
    }
    // Each list is of one family: its first network says of which.
    let lists = ["source", "destination"].flatMap { end in
      ["nets", "notNets"].map { field in
        "(has(self.\(end)) && has(self.\(end).\(field)) && size(self.\(end).\(field)) > 0 ? "
          + "[self.\(end).\(field)[0]] : [])"
      }
    }
    let firsts = "(\(lists.joined(separator: " + ")))"
    rules += [
      CrossFieldRule(
        place, "\(firsts).all(n, n.contains(':')) || !\(firsts).exists(n, n.contains(':'))",
        "rule contains both IPv4 and IPv6 CIDRs"),
      CrossFieldRule(
        place, "!has(self.ipVersion) || \(firsts).all(n, n.contains(':') == (self.ipVersion == 6))",
        "rule IP version doesn't match CIDR version"),
      list == "ingress"
        ? CrossFieldRule(
          place, "!has(self.destination) || !has(self.destination.services)",
          "not allowed in ingress rule destination")
        : CrossFieldRule(
          place, "!has(self.source) || !has(self.source.services)",
          "not allowed in egress rule source"),
      annotationKeys("\(place).metadata.annotations"),
      list == "egress"
        ? CrossFieldRule(place, "!has(self.http)", "not allowed in egress rules")
        : CrossFieldRule(
          "\(place).http.paths.[]", "has(self.exact) != has(self.prefix)",
          "must have either exact or prefix"),
    ]
    return rules
  }

  // MARK: - Selectors

  private static func noGlobal(_ place: String) -> CrossFieldRule {
    CrossFieldRule(place, withoutGlobal, globalMessage)
  }

  private static let globalMessage =
    "global() can only be used in an EntityRule namespaceSelector"

  /// Whether `global()` does not stand in the selector, outside of quotes.
  private static let withoutGlobal = ##"!self.matches(r"""\##(FieldForms.globalPattern)""")"##
}
