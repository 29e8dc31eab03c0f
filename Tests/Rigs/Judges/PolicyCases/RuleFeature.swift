// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import Resources

/// Something that a rule can ask: a field, or a form of a field.
public struct RuleFeature: Sendable {
  public var name: String
  public var isUsed: @Sendable (Rule) -> Bool
  /// Takes it out of a rule; the rule may no longer be valid then.
  public var remove: @Sendable (inout Rule) -> Void

  init(
    _ name: String, _ isUsed: @escaping @Sendable (Rule) -> Bool,
    remove: @escaping @Sendable (inout Rule) -> Void
  ) {
    self.name = name
    self.isUsed = isUsed
    self.remove = remove
  }

  /// All of them.
  public static let all: [RuleFeature] =
    packet + entity("source", { $0.source }, { $0.source = $1 })
    + entity("destination", { $0.destination }, { $0.destination = $1 }) + operators

  private static let packet: [RuleFeature] = [
    RuleFeature("ipVersion 4", { $0.ipVersion == 4 }, remove: { $0.ipVersion = nil }),
    RuleFeature("ipVersion 6", { $0.ipVersion == 6 }, remove: { $0.ipVersion = nil }),
    RuleFeature(
      "protocol by name", { if case .name = $0.transport { true } else { false } },
      remove: { $0.transport = nil }),
    RuleFeature(
      "protocol by number", { if case .number = $0.transport { true } else { false } },
      remove: { $0.transport = nil }),
    RuleFeature("notProtocol", { $0.notTransport != nil }, remove: { $0.notTransport = nil }),
    RuleFeature(
      "icmp type", { $0.icmp != nil && $0.icmp?.code == nil }, remove: { $0.icmp = nil }),
    RuleFeature("icmp type and code", { $0.icmp?.code != nil }, remove: { $0.icmp = nil }),
    RuleFeature(
      "notICMP type", { $0.notICMP != nil && $0.notICMP?.code == nil }, remove: { $0.notICMP = nil }
    ),
    RuleFeature("notICMP type and code", { $0.notICMP?.code != nil }, remove: { $0.notICMP = nil }),
    RuleFeature("http", { $0.http != nil }, remove: { $0.http = nil }),
    RuleFeature(
      "services", { $0.source.services != nil || $0.destination.services != nil },
      remove: {
        $0.source.services = nil
        $0.destination.services = nil
      }),
  ]

  private static func entity(
    _ end: String, _ get: @escaping @Sendable (Rule) -> EntityRule,
    _ set: @escaping @Sendable (inout Rule, EntityRule) -> Void
  ) -> [RuleFeature] {
    func feature(
      _ name: String, _ isUsed: @escaping @Sendable (EntityRule) -> Bool,
      _ remove: @escaping @Sendable (inout EntityRule) -> Void
    ) -> RuleFeature {
      RuleFeature("\(end).\(name)") {
        isUsed(get($0))
      } remove: { rule in
        var entity = get(rule)
        remove(&entity)
        set(&rule, entity)
      }
    }
    func ports(
      _ name: String, _ isThis: @escaping @Sendable (PolicyPort) -> Bool
    ) -> [RuleFeature] {
      [
        feature("ports \(name)", { $0.ports.contains(where: isThis) }) {
          $0.ports.removeAll(where: isThis)
        },
        feature("notPorts \(name)", { $0.notPorts.contains(where: isThis) }) {
          $0.notPorts.removeAll(where: isThis)
        },
      ]
    }
    let shared = [
      feature("nets", { !$0.nets.isEmpty }) { $0.nets = [] },
      feature("notNets", { !$0.notNets.isEmpty }) { $0.notNets = [] },
      feature("selector", { !$0.selector.isEmpty }) { $0.selector = "" },
      feature("notSelector", { !$0.notSelector.isEmpty }) { $0.notSelector = "" },
      feature("namespaceSelector", { !$0.namespaceSelector.isEmpty }) {
        $0.namespaceSelector = ""
      },
      feature("serviceAccounts.names", { $0.serviceAccounts?.names.isEmpty == false }) {
        $0.serviceAccounts?.names = []
      },
      feature("serviceAccounts.selector", { $0.serviceAccounts?.selector.isEmpty == false }) {
        $0.serviceAccounts?.selector = ""
      },
    ]
    return shared + ports("by number") { $0.range?.isSingle == true }
      + ports("by range") { $0.range?.isSingle == false } + ports("by name") { $0.name != nil }
  }

  // MARK: Selectors

  /// The forms of the selector language, wherever they stand in a rule.
  private static let operators: [RuleFeature] = [
    ("==", " == "), ("!=", " != "), ("in", " in {"), ("not in", " not in {"),
    ("contains", " contains "), ("starts with", " starts with "), ("ends with", " ends with "),
    ("has", "has("), ("!has", "!has("), ("&&", " && "), ("||", " || "), ("!", "!("),
    ("all()", "all()"), ("global()", "global()"),
  ].map { name, sign in
    RuleFeature("operator \(name)") { rule in
      selectors(of: rule).contains { has($0, sign) }
    } remove: { rule in
      for end in [\Rule.source, \Rule.destination] {
        for field in [\EntityRule.selector, \.notSelector, \.namespaceSelector]
        where has(rule[keyPath: end][keyPath: field], sign) {
          rule[keyPath: end][keyPath: field] = ""
        }
        if has(rule[keyPath: end].serviceAccounts?.selector ?? "", sign) {
          rule[keyPath: end].serviceAccounts?.selector = ""
        }
      }
    }
  }

  /// Whether a selector has an operator. "has(" also ends "!has(", and " in {" ends " not in {".
  private static func has(_ selector: String, _ sign: String) -> Bool {
    let text =
      switch sign {
      case "has(": selector.replacing("!has(", with: "")
      case " in {": selector.replacing(" not in {", with: "")
      default: selector
      }
    return text.contains(sign)
  }

  private static func selectors(of rule: Rule) -> [String] {
    [rule.source, rule.destination].flatMap { end in
      [end.selector, end.notSelector, end.namespaceSelector, end.serviceAccounts?.selector ?? ""]
    }
  }
}
