// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
public import ValueTree

/// One rule of a BGP filter: a route that has all of what it names is accepted or rejected.
public struct BGPFilterRule: Described {
  /// What happens to matching routes. The blank action rejects, so that a stored rule that cannot
  /// be read never lets a route through.
  public var action = Action.reject
  public var matchOperator: MatchOperator?
  public var cidr = ""
  public var prefixLength: PrefixLengthRange?
  public var source: Source?
  /// A name, in which `*` stands for any characters; empty for all.
  public var interface = ""
  public var peerType: PeerType?
  public var communities: CommunityMatch?
  public var asPathPrefix: [ASNumber] = []
  public var priority: Int?
  public var operations: [BGPFilterOperation] = []
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("cidr", &cidr, check: .cidrOrNone, doc: "The prefix that routes are compared with.")
    v.optional(
      "prefixLength", &prefixLength, doc: "Only routes with prefix lengths in this range.")
    v.optional("source", &source, doc: "Where the route was learned.")
    v.defaulted(
      "interface", &interface, check: .bgpInterface,
      doc: "The route's interface; * stands for any characters.")
    v.optional("matchOperator", &matchOperator, doc: "How the route's prefix is compared.")
    v.optional("peerType", &peerType, doc: "Only with peers of other, or of the same, AS.")
    v.optional("communities", &communities, doc: "The communities that the route has.")
    v.defaulted("asPathPrefix", &asPathPrefix, doc: "The AS numbers that its path begins with.")
    v.optional("priority", &priority, check: .routePriority, doc: "The metric of the route.")
    v.defaulted(
      "operations", &operations, check: .filledWhenWritten(atMost: 10),
      doc: "What is done to the route once it is accepted, in order.")
    v.required("action", &action, doc: "What happens to matching routes.")
    v.rest(&unknown)
  }

  /// What is wrong with the rule among those of one family.
  func problems(_ family: IPFamily, at path: ValuePath) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    func wrong(_ names: String..., message: String, value: String? = nil) {
      let place = names.reduce(path) { $0.appending($1) }
      problems.append(FieldProblem(path: place, message: message, value: value))
    }
    if cidr.isEmpty != (matchOperator == nil) {
      wrong(message: "cidr and matchOperator must both be set or both be empty")
    }
    if let prefixLength {
      if cidr.isEmpty { wrong(message: "cidr is required when prefixLength is set") }
      for (name, bound) in [("min", prefixLength.min), ("max", prefixLength.max)] {
        if let bound, !(0...family.bitWidth).contains(bound) {
          wrong(
            "prefixLength", name, message: "must be between 0 and \(family.bitWidth)",
            value: "\(bound)")
        }
      }
      if let min = prefixLength.min, let max = prefixLength.max, min > max {
        wrong("prefixLength", message: "min value cannot be greater than max value")
      }
    }
    if let network = CIDR(cidr), network.family != family {
      wrong("cidr", message: "must be an IPv\(family.rawValue) CIDR", value: cidr)
    }
    if !operations.isEmpty, action != .accept {
      wrong("operations", message: "operations may only be used with action Accept")
    }
    for (index, operation) in operations.enumerated() where operation.partCount != 1 {
      problems.append(
        FieldProblem(
          path: path.appending("operations").appending(index),
          message: "must have exactly one of addCommunity, prependASPath and setPriority"))
    }
    return problems
  }

  /// What a rule does.
  public enum Action: String, Choice {
    case accept = "Accept"
    case reject = "Reject"

    public static var blank: Action { .reject }
  }

  /// How a route's prefix is compared with the rule's.
  public enum MatchOperator: String, Choice {
    case equal = "Equal"
    case notEqual = "NotEqual"
    /// Inside the rule's prefix, or the same.
    case `in` = "In"
    case notIn = "NotIn"

    public static var blank: MatchOperator { .equal }
  }

  /// Where a route was learned.
  public enum Source: String, Choice {
    case remotePeers = "RemotePeers"

    public static var blank: Source { .remotePeers }
  }

  /// Whether a peer is of another AS or of the same.
  public enum PeerType: String, Choice {
    case external = "eBGP"
    case `internal` = "iBGP"

    public static var blank: PeerType { .external }
  }

  /// Bounds of a prefix length, inclusive; nil for none.
  public struct PrefixLengthRange: Described {
    public var min: Int?
    public var max: Int?
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.optional("min", &min, check: .range(0...128), doc: "The shortest prefix length.")
      v.optional("max", &max, check: .range(0...128), doc: "The longest prefix length.")
      v.rest(&unknown)
    }
  }

  /// The communities that a route must have.
  public struct CommunityMatch: Described {
    public var values: [String] = []
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.required(
        "values", &values, check: .each(.community).and(.count(1...1)),
        doc: "One community: aa:nn or aa:nn:mm.")
      v.rest(&unknown)
    }
  }
}

extension Check where T == String {
  /// The value of a BGP community.
  static var community: Check {
    Check(schema: [.init("pattern", "^[0-9]+:[0-9]+(:[0-9]+)?$")]) {
      BGPCommunity.isValue($0) ? nil : "invalid community value or format used."
    }.and(
      Check(
        strict: [.init("pattern", .string(BGPCommunity.pattern))],
        whenWritten: {
          BGPCommunity.isValue($0, asWritten: true) || !BGPCommunity.isValue($0)
            ? nil : "invalid community value or format used."
        }))
  }

  /// A CIDR or address, or nothing.
  static var cidrOrNone: Check {
    Check { $0.isEmpty || CIDR($0) != nil ? nil : "must be an IP address or a CIDR" }
  }

  /// A name of an interface in which `*` may stand for any characters, or nothing.
  static var bgpInterface: Check {
    Check(schema: [.init("maxLength", 15)]) {
      $0.isEmpty || ($0.utf8.count <= 15 && NameRules.isWord($0, with: "_.-*"))
        ? nil : "must be 1 to 15 letters, digits, '_', '.', '-' or '*'"
    }
  }
}
