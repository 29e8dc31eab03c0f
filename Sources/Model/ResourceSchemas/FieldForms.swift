// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// What servers that have functions for addresses can say of single fields.
struct FieldForms {
  /// Whether no rules stand in the lists of rules, because each is too dear for a server. The lists
  /// of Kubernetes' own policies have no limits and stand in each other.
  private let isKubernetes: Bool

  init(_ kind: Kind) { isKubernetes = kind == .stagedKubernetesNetworkPolicy }

  /// The pattern by which the declarations of the kinds say "a CIDR or an address".
  static let cidrPattern = "^[0-9a-fA-F:.]+(/[0-9]+)?$"

  /// Whether a text is a CIDR or an address, as an expression. Servers know no IPv4 address inside
  /// an IPv6 address (`::ffff:10.0.0.1`), which no packet has.
  static func isNetwork(_ text: String) -> String { "isCIDR(\(text)) || isIP(\(text))" }

  private static let number = "(0|[1-9][0-9]{0,2})"
  private static let octets = "\(number)([.]\(number)){3}"

  /// The longest CIDR: servers estimate what a rule costs by the longest text there may be.
  private static let longestNetwork: Int64 = 49

  /// The most protocols' names and ports' texts, in characters.
  private static let protocolLength = 16
  private static let portLength = 128

  /// The schema with a rule at every text that is a CIDR or an address.
  ///
  /// A server takes a rule for the items of a list without a limit for one whose cost has no bound.
  /// Lists that have none get one that is above what fits into an object, unless they stand in
  /// other lists. In policies, of which each rule has four lists, such a rule is too dear: there
  /// the form says it, whose message is a poorer one.
  func narrowed(
    _ schema: Value, isInList: Bool = false, isInRules: Bool = false
  ) -> Value {
    guard let members = schema.members else { return schema }
    var result = schema
    for member in members {
      switch member.key {
      case "properties":
        let properties = (member.value.members ?? []).map {
          Value.Member($0.key, property($0.value, $0.key, isInList: isInList, isInRules: isInRules))
        }
        result["properties"] = .object(properties)
      case "items":
        let items = narrowed(member.value, isInList: true, isInRules: isInRules)
        result["items"] = items
        guard items != member.value, schema["maxItems"] == nil, !(isKubernetes && isInRules) else {
          break
        }
        result["maxItems"] = .int(Self.limit(of: items, isInList: isInList))
      default: break
      }
    }
    let pattern = schema["pattern"]?.string
    let isOptional = pattern == "^$|\(Self.cidrPattern)"
    if isOptional || pattern == Self.cidrPattern {
      if isInRules {
        // These forms let zeros pass before digits.
        result["pattern"] = .string(
          "^(\(Self.octets)|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(/\(Self.number))?$")
        result["anyOf"] = [["format": "cidr"], ["format": "ipv4"], ["format": "ipv6"]]
        return result
      }
      result["maxLength"] = .int(Self.longestNetwork)
      let rule = (isOptional ? "self == '' || " : "") + Self.isNetwork("self")
      result["x-kubernetes-validations"] = [
        ["rule": .string(rule), "message": "must be an IP address or a CIDR"]
      ]
    }
    if let syntax = schema[StrictSchema.syntax]?.string.flatMap(StrictSchema.Syntax.init) {
      Self.put(syntax, into: &result, isInList: isInList)
    }
    return result
  }

  /// - Parameter isInList: whether no rule can ask what stood there before.
  private static func put(
    _ syntax: StrictSchema.Syntax, into schema: inout Value, isInList: Bool
  ) {
    schema = .object((schema.members ?? []).filter { $0.key != StrictSchema.syntax })
    var rule: Value
    switch syntax {
    case .regularExpression:
      schema["maxLength"] = .int(expressionLength)
      guard !isInList else { return }
      rule = matching(isExpression("self"), "must be a regular expression")
    case .numbers:
      schema["maxLength"] = 11
      rule = [
        "rule": .string(
          "type(self) == int || !self.matches('^[0-9]{1,5}:[0-9]{1,5}$') || "
            + "int(self.split(':')[0]) <= int(self.split(':')[1])"),
        "message": "must be a port or a range n:m from 0 to 65535",
      ]
    case .interfacesOrExpressions:
      schema["pattern"] = .string("^(\(interface)(,\(interface))*)?$")
      schema["maxLength"] = 500
      let text = "n.substring(n.indexOf('/') + 1, size(n) - 1)"
      rule = matching(
        "self.split(',').all(n, !n.endsWith('/') || \(isExpression(text)))",
        "must be names of interfaces, or regular expressions between slashes")
    }
    schema["x-kubernetes-validations"] = [rule]
  }

  static let expressionLength: Int64 = 10_000

  /// A server that is asked to match what is no expression cannot answer, and refuses the object.
  static func isExpression(_ text: String) -> String { "''.matches(\(text)) in [true, false]" }

  /// Of what it cannot answer it does not see by itself that nothing changes.
  static func matching(_ expression: String, _ message: String) -> Value {
    [
      "rule": .string("\(expression) || oldSelf.hasValue() && oldSelf.value() == self"),
      "message": .string(message), "optionalOldSelf": true,
    ]
  }

  /// A name of an interface, or an expression between slashes.
  private static let interface = " *([a-zA-Z0-9_.-]{1,15}|/[^,]*/)"

  // MARK: - Names

  /// At most 63 characters.
  private static let label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
  private static let longLabel = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"

  /// Metadata with a name as objects of the kind have it, where not every name of Kubernetes will do.
  static func name(of kind: Kind) -> Value? {
    let pattern: String
    switch kind {
    // It may stand before the dot of others.
    case .tier: pattern = label
    case .globalNetworkPolicy: pattern = "(\(label)[.])?\(label)"
    case .stagedGlobalNetworkPolicy: pattern = "(\(label)[.])?\(longLabel)"
    case .networkPolicy, .stagedNetworkPolicy:
      // What is made of others' policies has their names.
      pattern = "(knp|ossg)[.]default[.].+|(\(label)[.])?\(longLabel)"
    default: return nil
    }
    return [
      "type": "object",
      "properties": [
        "name": ["type": "string", "maxLength": 253, "pattern": .string("^(\(pattern))$")]
      ],
    ]
  }

  private static func limit(of items: Value, isInList: Bool) -> Int64 {
    if isInList { return 200 }
    if holdsLists(items) { return 1024 }
    return items["type"] == "string" ? 200_000 : 100_000
  }

  private static func holdsLists(_ schema: Value) -> Bool {
    (schema["properties"]?.members ?? []).contains {
      $0.value["type"] == "array" || holdsLists($0.value)
    }
  }

  /// A number or a text: servers look at the bounds where it is a number, at length and pattern
  /// where it is a text.
  private func property(
    _ schema: Value, _ name: String, isInList: Bool, isInRules: Bool
  ) -> Value {
    let isInRules = isInRules || name == "ingress" || name == "egress"
    var result = narrowed(schema, isInList: isInList, isInRules: isInRules)
    switch name {
    case "nets", "notNets":
      guard isInRules else { break }
      // All of one family.
      result["anyOf"] = [
        ["items": ["pattern": "^[^:]+$"]], ["items": ["pattern": ":"]],
      ]
      // To match nothing in everything is to match nothing.
      if name == "notNets", var items = result["items"] {
        items["not"] = ["pattern": "/0+$"]
        result["items"] = items
      }
    case "namespaceSelector":
      guard isInRules, schema["type"] == "string" else { break }
      // global() may stand there, but alone.
      result["anyOf"] = [
        ["not": ["pattern": .string(Self.globalPattern)]],
        ["pattern": "^[ \\t(]*global\\(\\)[ \\t)]*$"],
      ]
    case "notSelector":
      guard isInRules else { break }
      result["not"] = ["pattern": .string(Self.globalPattern)]
    case "serviceAccounts":
      guard isInRules else { break }
      result["properties"]?["selector"]?["not"] = ["pattern": .string(Self.globalPattern)]
    case "exact", "prefix":
      guard isInRules else { break }
      result["pattern"] = "^/[^?#\\s\\v\\x{85}\\p{Z}]*$"
    case "templates":
      // Of host endpoints. What is asked of each is dear.
      result["maxItems"] = .int(100)
    case "methods", "performanceHints", "allowedUses", "classes", "communities":
      // Sets, which servers know: no rule is as cheap.
      guard schema["type"] == "array", schema["items"]?["type"] == "string" else { break }
      result["x-kubernetes-list-type"] = "set"
    case "protocol", "notProtocol":
      guard schema["x-kubernetes-int-or-string"] == true else { break }
      Self.narrow(&result, 1...255, Self.protocolLength, Self.protocolPattern)
    case "port":
      guard schema["x-kubernetes-int-or-string"] == true else { break }
      Self.narrow(&result, 1...65535, Self.portLength, Self.portPattern)
    case "ports", "notPorts":
      guard var items = result["items"], items["x-kubernetes-int-or-string"] == true else { break }
      Self.narrow(&items, 1...65535, Self.portLength, Self.portPattern)
      result["items"] = items
    default: break
    }
    return result
  }

  private static func narrow(
    _ schema: inout Value, _ bounds: ClosedRange<Int64>, _ length: Int, _ pattern: String
  ) {
    schema["minimum"] = .int(bounds.lowerBound)
    schema["maximum"] = .int(bounds.upperBound)
    schema["maxLength"] = .int(Int64(length))
    schema["pattern"] = .string(pattern)
  }

  /// `global()` somewhere outside of quotes.
  static let globalPattern = ##"^([^'"]|'[^']*'|"[^"]*")*global\("##

  /// A name in any case, or 1 to 255 in quotes.
  private static let protocolPattern =
    "^((?i)(ICMP|TCP|UDP|ICMPv6|SCTP|UDPLite)|([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))$"

  /// A number, a range, or a name, which has a letter in it.
  private static let portPattern: String = {
    let number =
      "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
    return "^(\(number)(:\(number))?|[0-9_.-]*[a-zA-Z][a-zA-Z0-9_.-]*)$"
  }()
}
