// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// What servers that have functions for addresses can say of single fields.
enum FieldForms {
  /// The pattern by which the declarations of the kinds say "a CIDR or an address".
  static let cidrPattern = "^[0-9a-fA-F:.]+(/[0-9]+)?$"

  /// Whether a text is a CIDR or an address, as an expression. Servers know no IPv4 address inside
  /// an IPv6 address (`::ffff:10.0.0.1`), which no packet has.
  static func isNetwork(_ text: String) -> String { "isCIDR(\(text)) || isIP(\(text))" }

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
  static func narrowed(
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
        guard items != member.value, schema["maxItems"] == nil else { break }
        result["maxItems"] = .int(limit(of: items, isInList: isInList))
      default: break
      }
    }
    if schema["pattern"]?.string == cidrPattern {
      if isInRules {
        result["anyOf"] = [["format": "cidr"], ["format": "ipv4"], ["format": "ipv6"]]
        return result
      }
      result["maxLength"] = .int(longestNetwork)
      result["x-kubernetes-validations"] = [
        ["rule": .string(isNetwork("self")), "message": "must be an IP address or a CIDR"]
      ]
    }
    return result
  }

  /// Metadata with a name that may stand before the dot of others.
  static let labelName: Value = [
    "type": "object",
    "properties": [
      "name": [
        "type": "string", "maxLength": 63, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
      ]
    ],
  ]

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
  private static func property(
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
      guard isInRules else { break }
      // global() may stand there, but alone.
      result["anyOf"] = [
        ["not": ["pattern": .string(globalPattern)]], ["pattern": "^[ \\t(]*global\\(\\)[ \\t)]*$"],
      ]
    case "protocol", "notProtocol":
      guard schema["x-kubernetes-int-or-string"] == true else { break }
      narrow(&result, 1...255, protocolLength, protocolPattern)
    case "ports", "notPorts":
      guard var items = result["items"], items["x-kubernetes-int-or-string"] == true else { break }
      narrow(&items, 1...65535, portLength, portPattern)
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
    "^((?i)(ICMP|TCP|UDP|ICMPv6|SCTP|UDPLite)|0*([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))$"

  /// A number, a range, or a name, which has a letter in it.
  private static let portPattern: String = {
    let number =
      "0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
    return "^(\(number)(:\(number))?|[0-9_.-]*[a-zA-Z][a-zA-Z0-9_.-]*)$"
  }()
}
