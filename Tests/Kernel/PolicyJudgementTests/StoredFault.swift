// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import PolicyOracle
import Resources
import ValueTree

/// An object that was stored past all validation, and one that is as it should be and lets through
/// all that the first may let through at most: its nearest meaning, or what is left without the part
/// that is wrong.
struct StoredFault: Sendable, CustomStringConvertible {
  var kind: Kind
  /// In YAML, from the braces of the object on; without kind, version and name.
  var stored: String
  /// The same; nil for no such object.
  var meant: String?
  /// What the report names.
  var field: String
  var name = "x"
  /// What else is there, as kind and YAML.
  var others: [(Kind, String, String)] = []

  var description: String { "\(kind.rawValue) \(stored)" }

  /// What a store makes of it.
  func read(_ yaml: String) throws -> Result<any Resource, MalformedObject> {
    try Self.read(kind, name, yaml)
  }

  static func read(
    _ kind: Kind, _ name: String, _ yaml: String
  ) throws -> Result<any Resource, MalformedObject> {
    let key = ResourceKey(kind: kind, namespace: kind.isNamespaced ? "ns" : nil, name: name)
    var value = try YAML.documents(Array("{\(yaml)}".utf8), file: "f").first?.value ?? .null
    value["kind"] = .string(kind.rawValue)
    value["apiVersion"] = "projectcalico.org/v3"
    var metadata = value["metadata"] ?? .object([])
    metadata["name"] = .string(name)
    if let namespace = key.namespace { metadata["namespace"] = .string(namespace) }
    value["metadata"] = metadata
    return StoredObject.decode(value, key: key, revision: 1)
  }
}

extension StoredFault {
  /// A part of a rule that is wrong, what it may have meant, and what is named.
  private static let parts: [(wrong: String, meant: String, field: String)] = [
    ("protocol: nope", "protocol: TCP", "protocol"),
    ("protocol: 300", "protocol: UDP", "protocol"),
    ("protocol: 0", "protocol: UDP", "protocol"),
    ("protocol: [TCP]", "protocol: TCP", "protocol"),
    ("notProtocol: nope", "notProtocol: TCP", "notProtocol"),
    ("ipVersion: 5", "ipVersion: 4", "ipVersion"),
    ("ipVersion: four", "ipVersion: 4", "ipVersion"),
    ("source: 5", "source: {nets: [10.65.0.3/32]}", "source"),
    ("source: {nets: [10.65.0.3/99]}", "source: {nets: [10.65.0.3/32]}", "source.nets[0]"),
    ("source: {nets: [10.65.0.3/32, x]}", "source: {nets: [10.65.0.3/32]}", "source.nets[1]"),
    ("source: {nets: [5, 10.65.0.3]}", "source: {nets: [10.65.0.3]}", "source.nets[0]"),
    ("source: {nets: 10.65.0.3}", "source: {nets: [10.65.0.3]}", "source.nets"),
    ("source: {notNets: [10.65.0.3/99]}", "source: {notNets: [10.65.0.3]}", "source.notNets[0]"),
    ("source: {nets: [10.0.0.0/8, 'fd00::/8']}", "source: {nets: [10.0.0.0/8]}", ""),
    ("source: {selector: \"app == \"}", "source: {selector: \"app == 'web'\"}", "source.selector"),
    ("source: {selector: 5}", "source: {selector: \"app == 'web'\"}", "source.selector"),
    (
      "source: {selector: 'global()'}", "source: {selector: \"app == 'web'\"}", "source.selector"
    ),
    (
      "source: {notSelector: 'has('}", "source: {notSelector: \"app == 'bad'\"}",
      "source.notSelector"
    ),
    (
      "source: {namespaceSelector: 'global() && all()'}", "source: {namespaceSelector: 'all()'}",
      "source.namespaceSelector"
    ),
    (
      "source: {serviceAccounts: {selector: '('}}", "source: {serviceAccounts: {names: [a]}}",
      "source.serviceAccounts.selector"
    ),
    (
      "source: {serviceAccounts: {names: a}}", "source: {serviceAccounts: {names: [a]}}",
      "source.serviceAccounts.names"
    ),
    (
      "protocol: TCP, destination: {ports: ['80-90']}",
      "protocol: TCP, destination: {ports: ['80:90']}", "destination.ports[0]"
    ),
    (
      "protocol: TCP, destination: {ports: ['90:80']}",
      "protocol: TCP, destination: {ports: ['80:90']}", "destination.ports[0]"
    ),
    (
      "protocol: TCP, destination: {ports: [80, 70000]}",
      "protocol: TCP, destination: {ports: [80]}", "destination.ports[1]"
    ),
    (
      "protocol: TCP, destination: {ports: {a: 80}}", "protocol: TCP, destination: {ports: [80]}",
      "destination.ports"
    ),
    (
      "destination: {ports: [80]}", "protocol: TCP, destination: {ports: [80]}", "destination.ports"
    ),
    (
      "protocol: ICMP, destination: {ports: [80]}", "protocol: ICMP", "destination.ports"
    ),
    (
      "protocol: TCP, destination: {notPorts: ['443-']}",
      "protocol: TCP, destination: {notPorts: [443]}", "destination.notPorts[0]"
    ),
    ("icmp: {type: 8}", "protocol: ICMP, icmp: {type: 8}", "icmp"),
    ("protocol: ICMP, icmp: {type: 300}", "protocol: ICMP, icmp: {type: 8}", "icmp.type"),
    ("protocol: ICMP, icmp: {code: 0}", "protocol: ICMP", "icmp"),
    ("protocol: ICMP, icmp: echo", "protocol: ICMP, icmp: {type: 8}", "icmp"),
    (
      "protocol: ICMP, notICMP: {type: x}", "protocol: ICMP, notICMP: {type: 0}",
      "notICMP.type"
    ),
    ("metadata: 5", "protocol: TCP", "metadata"),
    ("http: 5", "protocol: TCP", "http"),
  ]

  private static let applied = "order: 10, selector: \"app == 'db'\", types: [Ingress, Egress]"

  /// Each part in a rule of each kind, before one that allows everything.
  static let rules: [StoredFault] = parts.flatMap { part -> [StoredFault] in
    let kinds: [(Kind, String, String)] = [
      (.globalNetworkPolicy, applied, "p"), (.networkPolicy, applied, "p"),
      (.profile, "egress: [{action: Allow}]", "kns.ns"),
    ]
    return kinds.flatMap { kind, head, name -> [StoredFault] in
      ["Deny", "Allow", "Pass"].map { action in
        func spec(_ rules: String...) -> String {
          "spec: {\(head), ingress: [\(rules.joined(separator: ", "))]}"
        }
        func rule(_ part: String) -> String { "{action: \(action), \(part)}" }
        // What an Allow allows must come from the rule itself, and what others stop at from those
        // behind it.
        return action == "Allow"
          ? StoredFault(
            kind: kind, stored: spec(rule(part.wrong)), meant: "spec: {\(head)}",
            field: part.field.isEmpty ? "spec.ingress[0]" : "spec.ingress[0].\(part.field)",
            name: name)
          : StoredFault(
            kind: kind, stored: spec(rule(part.wrong), "{action: Allow}"),
            meant: spec(rule(part.meant), "{action: Allow}"),
            field: part.field.isEmpty ? "spec.ingress[0]" : "spec.ingress[0].\(part.field)",
            name: name)
      }
    }
  }

  private static let denied = "ingress: [{action: Deny, source: {selector: \"app == 'bad'\"}}]"
  private static let open = "ingress: [{action: Allow}], egress: [{action: Allow}]"
  private static let forAll = "types: [Ingress, Egress], \(open)"

  /// Whom a policy is for, when, and its lists of rules.
  static let policies: [StoredFault] = [
    Kind.globalNetworkPolicy, .networkPolicy,
  ].flatMap { kind -> [StoredFault] in
    func row(_ stored: String, _ meant: String?, _ field: String, name: String = "p") -> StoredFault
    {
      StoredFault(kind: kind, stored: stored, meant: meant, field: field, name: name)
    }
    func spec(_ text: String) -> String { "spec: {\(text)}" }
    let db = "selector: \"app == 'db'\""
    var rows: [StoredFault] = []
    // A Deny stays, an Allow goes, whatever keeps the policy's place from being known.
    for (wrong, meant, field) in [
      ("selector: 'app =='", "", "selector"), ("selector: 5", "", "selector"),
      ("selector: 'global()'", "", "selector"),
      (
        "\(db), serviceAccountSelector: '('", "serviceAccountSelector: 'has(x)'",
        "serviceAccountSelector"
      ),
      (
        "\(db), serviceAccountSelector: []", "serviceAccountSelector: 'has(x)'",
        "serviceAccountSelector"
      ),
      ("\(db), types: [Ingres]", "types: [Ingress]", "types[0]"),
      ("\(db), types: Ingress", "types: [Ingress]", "types"),
      ("\(db), order: '10'", "order: 10", "order"), ("\(db), order: first", "order: 10", "order"),
      ("\(db), tier: 5", "", "tier"),
    ] {
      let head = field == "order" ? wrong : "order: 10, \(wrong)"
      let least = [field == "order" ? "" : "order: 10", db, meant].filter { !$0.isEmpty }
      rows.append(
        row(
          spec("\(head), \(denied)"), spec("\(least.joined(separator: ", ")), \(denied)"),
          "spec.\(field)"))
      rows.append(row(spec("\(head), \(open)"), spec(db), "spec.\(field)"))
    }
    // Rules that cannot be read stop everything of their direction.
    for (wrong, field) in [
      ("ingress: 5", "ingress"), ("ingress: {action: Deny}", "ingress"),
      ("ingress: [x, {action: Deny}]", "ingress[0]"), ("ingress: [x], egress: []", "ingress[0]"),
      ("egress: [{action: Allow}], ingress: [x]", "ingress[0]"),
    ] {
      rows.append(
        row(
          spec("order: 1, \(db), \(wrong)"),
          spec("order: 1, \(db), ingress: [{action: Deny}], egress: [{action: Allow}]"),
          "spec.\(field)"))
    }
    rows.append(
      row(
        spec("order: 1, \(db), egress: [x, {action: Deny}]"),
        spec("order: 1, \(db), egress: [{action: Deny}]"), "spec.egress[0]"))
    // An action that cannot be read denies.
    for action in ["deny", "5", "[Deny]", "block"] {
      rows.append(
        row(
          spec("order: 1, \(db), ingress: [{action: \(action), protocol: TCP}]"),
          spec("order: 1, \(db), ingress: [{action: Deny, protocol: TCP}]"),
          "spec.ingress[0].action"))
    }
    for action in ["allow", "ALLOW", "Accept", "pass", "next-tier"] {
      rows.append(
        row(
          spec("order: 1, \(db), ingress: [{action: \(action)}]"), spec("order: 1, \(db)"),
          "spec.ingress[0].action"))
    }
    rows.append(row("spec: 5", "spec: {order: 1, types: [Ingress, Egress]}", "spec"))
    rows.append(
      row(
        spec("order: 10, \(db), \(denied), performanceHints: [x]"),
        spec("order: 10, \(db), \(denied)"), "spec.performanceHints[0]"))
    rows.append(
      row(
        "metadata: {labels: {'-': a}}, \(spec("order: 10, \(db), \(denied)"))",
        spec("order: 10, \(db), \(denied)"), "metadata.labels"))
    if kind == .globalNetworkPolicy {
      rows.append(
        row(spec("\(db), namespaceSelector: 'x ==', \(open)"), spec(db), "spec.namespaceSelector"))
      for field in ["doNotTrack", "preDNAT"] {
        rows.append(row(spec("\(db), \(field): 'yes', \(open)"), spec(db), "spec.\(field)"))
      }
      rows.append(
        row(spec("preDNAT: true, doNotTrack: true, \(forAll)"), nil, "spec.applyOnForward"))
    }
    return rows
  }

  private static let inTier: [(Kind, String, String)] = [
    (.globalNetworkPolicy, "first.p", "spec: {tier: first, types: [Ingress, Egress], \(denied)}")
  ]
  /// One tier allows all, and another denies some of it.
  private static func between(_ denying: String, _ allowing: String) -> [(Kind, String, String)] {
    let all = "ingress: [{action: Allow}], egress: [{action: Allow}]"
    return [
      (.tier, "second", "spec: {order: 2, defaultAction: Pass}"),
      (
        .globalNetworkPolicy, "\(denying).p",
        "spec: {tier: \(denying), types: [Ingress, Egress], \(denied)}"
      ),
      (
        .globalNetworkPolicy, "\(allowing).p",
        "spec: {tier: \(allowing), types: [Ingress, Egress], \(all)}"
      ),
    ]
  }
  private static let passing: [(Kind, String, String)] = [
    (.globalNetworkPolicy, "first.p", "spec: {tier: first, types: [Ingress, Egress]}")
  ]

  static let tiers: [StoredFault] = [
    StoredFault(
      kind: .tier, stored: "spec: {order: 1, defaultAction: deny}",
      meant: "spec: {order: 1, defaultAction: Deny}", field: "spec.defaultAction", name: "first",
      others: inTier),
    StoredFault(
      kind: .tier, stored: "spec: {order: 1, defaultAction: 5}",
      meant: "spec: {order: 1, defaultAction: Deny}", field: "spec.defaultAction", name: "first",
      others: passing),
    StoredFault(
      kind: .tier, stored: "spec: {order: 1, defaultAction: pass}",
      meant: "spec: {order: 1, defaultAction: Pass}", field: "spec.defaultAction", name: "first",
      others: inTier),
    StoredFault(
      kind: .tier, stored: "spec: {order: '1', defaultAction: Deny}",
      meant: "spec: {defaultAction: Deny}", field: "spec.order", name: "first", others: inTier),
    // What it denies no other tier allows before, and what it allows may have been denied before.
    StoredFault(
      kind: .tier, stored: "spec: {order: first, defaultAction: Pass}",
      meant: "spec: {order: 1, defaultAction: Pass}", field: "spec.order", name: "first",
      others: between("first", "second")),
    StoredFault(
      kind: .tier, stored: "spec: {order: third, defaultAction: Pass}",
      meant: "spec: {order: 3, defaultAction: Pass}", field: "spec.order", name: "first",
      others: between("second", "first")),
    StoredFault(
      kind: .tier, stored: "metadata: {labels: {a: 5}}, spec: {order: 1, defaultAction: Pass}",
      meant: "spec: {order: 1, defaultAction: Pass}", field: "metadata.labels", name: "first",
      others: inTier),
    StoredFault(
      kind: .tier, stored: "spec: 5", meant: "spec: {}", field: "spec", name: "first",
      others: inTier),
    // The built-in ones stay where they are and do what they do.
    StoredFault(
      kind: .tier, stored: "spec: {order: 0.5, defaultAction: Deny}",
      meant: "spec: {order: 1000000, defaultAction: Deny}", field: "spec.order", name: "default",
      others: inTier + [(.tier, "first", "spec: {order: 1, defaultAction: Pass}")]),
    StoredFault(
      kind: .tier, stored: "spec: {order: 1000000, defaultAction: Pass}",
      meant: "spec: {order: 1000000, defaultAction: Deny}", field: "spec.defaultAction",
      name: "default",
      others: [(.globalNetworkPolicy, "q", "spec: {order: 1, types: [Ingress, Egress]}")]),
  ]

  /// From whoever is in the set or host endpoint, nothing gets in.
  private static let fromMarked: [(Kind, String, String)] = [
    (
      .globalNetworkPolicy, "marked",
      "spec: {order: 1, ingress: [{action: Deny, source: {selector: \"role == 'mark'\"}}]}"
    )
  ]

  /// Whoever is in the set gets in, unless it has a certain label.
  private static let fromUnlabelled: [(Kind, String, String)] = [
    (
      .globalNetworkPolicy, "unlabelled",
      "spec: {order: 1, ingress: [{action: Allow, source: {selector: \"role == 'mark' && !has(a)\"}}]}"
    )
  ]

  static let sets: [StoredFault] = [Kind.networkSet, .globalNetworkSet].flatMap { kind in
    let mark = "metadata: {labels: {role: mark}}"
    let rows: [(String, String)] = [
      ("\(mark), spec: {nets: [10.0.0.0/99, 192.0.2.0/28]}", "spec.nets[0]"),
      ("\(mark), spec: {nets: [5, 192.0.2.0/28]}", "spec.nets[0]"),
      ("\(mark), spec: {nets: [192.0.2.0/28], x: 1}", ""),
      ("metadata: {labels: {role: mark, a: 5}}, spec: {nets: [192.0.2.0/28]}", "metadata.labels.a"),
      ("metadata: {labels: {role: mark, '-': a}}, spec: {nets: [192.0.2.0/28]}", "metadata.labels"),
      (
        "metadata: {labels: {role: mark, projectcalico.org/namespace: x}}, "
          + "spec: {nets: [192.0.2.0/28]}", "metadata.labels"
      ),
      (
        "metadata: {labels: {role: mark}, annotations: 5}, spec: {nets: [192.0.2.0/28]}",
        "metadata.annotations"
      ),
    ]
    let labels = [("true", "'true'"), ("5", "'5'"), ("[b]", "''")].map { stored, meant in
      StoredFault(
        kind: kind,
        stored: "metadata: {labels: {role: mark, a: \(stored)}}, spec: {nets: [192.0.2.0/28]}",
        meant: "metadata: {labels: {role: mark, a: \(meant)}}, spec: {nets: [192.0.2.0/28]}",
        field: "metadata.labels.a", others: fromUnlabelled)
    }
    return rows.map { stored, field in
      StoredFault(
        kind: kind, stored: stored, meant: "\(mark), spec: {nets: [192.0.2.0/28]}", field: field,
        others: fromMarked)
    } + labels
  }

  static let hosts: [StoredFault] = {
    let mark = "metadata: {labels: {role: mark}}"
    let rows: [(String, String)] = [
      ("node: far, interfaceName: 'eth*', expectedIPs: [192.0.2.7]", "spec.interfaceName"),
      ("node: far, expectedIPs: [192.0.2.7, x]", "spec.expectedIPs[1]"),
      ("node: far, expectedIPs: [5, 192.0.2.7]", "spec.expectedIPs[0]"),
      ("expectedIPs: [192.0.2.7]", "spec.node"), ("node: 5, expectedIPs: [192.0.2.7]", "spec.node"),
      ("node: far, expectedIPs: [192.0.2.7], profiles: ['a b']", "spec.profiles[0]"),
      ("node: far, expectedIPs: [192.0.2.7], profiles: 5", "spec.profiles"),
      (
        "node: far, expectedIPs: [192.0.2.7], ports: [{name: a, protocol: ICMP, port: 1}]",
        "spec.ports[0].protocol"
      ),
      ("node: far, expectedIPs: [192.0.2.7], ports: [x]", "spec.ports[0]"),
    ]
    return rows.map { spec, field in
      StoredFault(
        kind: .hostEndpoint, stored: "\(mark), spec: {\(spec)}",
        meant: "\(mark), spec: {node: far, expectedIPs: [192.0.2.7]}", field: field,
        others: fromMarked)
    }
  }()

  /// The pod `web`, in what its own egress and others' ingress depend on.
  static let workloads: [StoredFault] = {
    let whole =
      "node: node2, orchestrator: k8s, pod: web, endpoint: eth0, interfaceName: califault2, "
      + "ipNetworks: [10.65.0.3/32]"
    func row(_ metadata: String, _ more: String, _ field: String) -> StoredFault {
      StoredFault(
        kind: .workloadEndpoint, stored: "metadata: {labels: \(metadata)}, spec: {\(more)}",
        meant: "metadata: {labels: {app: web, role: mark}}, spec: {\(whole), profiles: [kns.ns]}",
        field: field, name: "node2-k8s-web-eth0", others: fromMarked)
    }
    let own = "{app: web, role: mark}"
    let profiled = "\(whole), profiles: [kns.ns]"
    return [
      row("5", profiled, "metadata.labels"),
      row("{app: 5, role: mark}", profiled, "metadata.labels.app"),
      row(own, "\(whole), profiles: 5", "spec.profiles"),
      row(own, "\(whole), profiles: ['A b']", "spec.profiles[0]"),
      row(own, "\(profiled), mac: x", "spec.mac"),
      row(own, "\(profiled), ports: [{name: a, protocol: x, port: 1}]", "spec.ports[0].protocol"),
      row(own, "\(profiled), ipv4Gateway: x", "spec.ipv4Gateway"),
      row(own, "\(profiled), serviceAccountName: 5", "spec.serviceAccountName"),
      row(
        own, "\(profiled), allowSpoofedSourcePrefixes: [x]", "spec.allowSpoofedSourcePrefixes[0]"),
      row(
        own, profiled.replacing("10.65.0.3/32", with: "10.65.0.3/32, 10.66.0.0/24"),
        "spec.ipNetworks[1]"),
      row(
        own, profiled.replacing("califault2", with: "califault2califault2"), "spec.interfaceName"),
      row(own, profiled.replacing("node: node2", with: "node: [node2]"), "spec.node"),
      row(
        own, profiled.replacing("endpoint: eth0", with: "endpoint: eth0-"), "spec.endpoint"),
    ]
  }()

  static let profileLists: [StoredFault] = [
    (
      "ingress: 5, egress: [{action: Allow}]",
      "ingress: [{action: Deny}], egress: [{action: Allow}]",
      "spec.ingress"
    ),
    (
      "ingress: [{action: Allow}], egress: [x]",
      "ingress: [{action: Allow}], egress: [{action: Deny}]",
      "spec.egress[0]"
    ),
    (
      "ingress: [{action: allow}], egress: [{action: Allow}]", "egress: [{action: Allow}]",
      "spec.ingress[0].action"
    ),
  ].map { stored, meant, field in
    StoredFault(
      kind: .profile, stored: "spec: {\(stored)}", meant: "spec: {\(meant)}", field: field,
      name: "kns.ns")
  }

  static let all = rules + policies + tiers + sets + hosts + workloads + profileLists
}
