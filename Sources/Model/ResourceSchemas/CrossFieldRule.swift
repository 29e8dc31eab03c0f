// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// A rule between fields, in the Common Expression Language that servers from 1.25 understand, with
/// Calico's message (compatibility §1.3). The rules here are those of `Resources`' validation that
/// the language can say; those that need functions of later servers are in the latest form only.
struct CrossFieldRule: Sendable {
  /// Where in the schema the rule stands: names of fields, and `[]` for the items of a list.
  let place: [String]
  let expression: String
  let message: String
  /// The lists at that place whose items the expression goes through.
  let lists: [String]
  /// The most characters of the text at that place, where the schema has no limit and the rule
  /// needs one.
  let length: Int?

  init(
    _ place: String, _ expression: String, _ message: String, lists: [String] = [],
    length: Int? = nil
  ) {
    self.lists = lists
    self.length = length
    self.place = place.isEmpty ? [] : place.split(separator: ".").map(String.init)
    self.expression = expression
    self.message = message
  }

  /// Items of a list at most, where the list has no limit of its own and a rule looks at each: the
  /// server estimates what a rule may cost, and refuses a definition in which that has no bound.
  private static let itemLimit = 1000
  /// Members of a map at most, where it has no limit of its own and a rule looks at each.
  private static let memberLimit = 50

  /// Puts the rule into the schema of the kind.
  func add(to schema: inout Value) { add(to: &schema, place[...]) }

  private func add(to schema: inout Value, _ rest: ArraySlice<String>) {
    guard let step = rest.first else {
      for field in lists {
        guard var properties = schema["properties"], var list = properties[field],
          list["maxItems"] == nil
        else { continue }
        list["maxItems"] = .int(Int64(Self.itemLimit))
        properties[field] = list
        schema["properties"] = properties
      }
      if schema["type"] == "array", schema["maxItems"] == nil {
        schema["maxItems"] = .int(Int64(Self.itemLimit))
      }
      if schema["additionalProperties"] != nil {
        if schema["maxProperties"] == nil {
          schema["maxProperties"] = .int(Int64(Self.memberLimit))
        }
        if let length { schema["additionalProperties"]?["maxLength"] = .int(Int64(length)) }
      } else if let length, schema["maxLength"] == nil {
        schema["maxLength"] = .int(Int64(length))
      }
      var rules = schema["x-kubernetes-validations"]?.array ?? []
      var rule: Value = ["rule": .string(expression), "message": .string(message)]
      if isRatcheted { rule["optionalOldSelf"] = true }
      rules.append(rule)
      schema["x-kubernetes-validations"] = .array(rules)
      return
    }
    if step == "[]" {
      guard var items = schema["items"] else { return }
      add(to: &items, rest.dropFirst())
      schema["items"] = items
      if schema["maxItems"] == nil { schema["maxItems"] = .int(Int64(Self.itemLimit)) }
    } else {
      guard var properties = schema["properties"], var field = properties[step] else { return }
      add(to: &field, rest.dropFirst())
      properties[step] = field
      schema["properties"] = properties
    }
  }

  /// Whether the expression asks what was there before, if anything was.
  private var isRatcheted: Bool { expression.contains("oldSelf.hasValue()") }

  /// The same rule, which an object that breaks it already may go on breaking: whoever changes
  /// something else of it, ends it or mends it step by step is not stopped.
  ///
  /// Servers do that by themselves for a field that does not change. A rule of a whole object sees
  /// a change with each of its fields.
  var ratcheted: CrossFieldRule {
    guard place.isEmpty || place == ["spec"], !expression.contains("oldSelf") else { return self }
    let before = expression.replacing("self.", with: "oldSelf.value().")
    return CrossFieldRule(
      place.joined(separator: "."),
      "(\(expression)) || oldSelf.hasValue() && !(\(before))", message, lists: lists,
      length: length)
  }

  static func rules(of kind: Kind, _ form: DefinitionForm) -> [CrossFieldRule] {
    switch form {
    case .structural: []
    case .rules: baseRules(of: kind, form)
    case .functions: baseRules(of: kind, form) + addedRules(of: kind)
    }
  }

  private static func baseRules(of kind: Kind, _ form: DefinitionForm) -> [CrossFieldRule] {
    let policyRules = policyRules(form)
    return switch kind {
    case .ipPool: (form == .rules ? fixedPool : mendablePool) + pool
    case .bgpPeer: peer
    case .bgpConfiguration: bgp
    case .bgpFilter: ["exportV4", "importV4", "exportV6", "importV6"].flatMap(filter)
    case .tier: tier
    case .hostEndpoint: hostEndpoint
    case .felixConfiguration: felix
    case .globalNetworkPolicy: stage + policyRules
    case .networkPolicy: policyRules
    case .stagedGlobalNetworkPolicy:
      stage + policyRules
        + [
          staged([
            "order", "selector", "types", "ingress", "egress", "namespaceSelector",
            "serviceAccountSelector", "performanceHints", "doNotTrack", "preDNAT", "applyOnForward",
          ])
        ]
    case .stagedNetworkPolicy:
      policyRules
        + [
          staged([
            "order", "selector", "types", "ingress", "egress", "serviceAccountSelector",
            "performanceHints",
          ])
        ]
    case .stagedKubernetesNetworkPolicy:
      [
        CrossFieldRule(
          "spec",
          deletion(["ingress", "egress", "policyTypes"])
            + " && (!has(self.podSelector) || \(isEmpty("podSelector.matchLabels"))"
            + " && \(isEmpty("podSelector.matchExpressions"))))",
          "Spec fields should all be zero-value if stagedAction is Delete")
      ]
    default: []
    }
  }
}
