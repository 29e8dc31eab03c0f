// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree
public import Addressing

/// One rule of a policy or profile (compatibility §1.3).
public struct Rule: Described {
  /// What happens to matching packets. The blank action denies, so that a stored rule that cannot
  /// be read never allows anything.
  public var action = Action.deny
  /// 4, 6 or nil for both.
  public var ipVersion: Int?
  public var transport: ProtocolMatch?
  public var icmp: ICMPFields?
  public var notTransport: ProtocolMatch?
  public var notICMP: ICMPFields?
  public var source = EntityRule()
  public var destination = EntityRule()
  public var http: HTTPMatch?
  public var metadata: RuleMetadata?
  public var unknown: [UnknownMember] = []

  public init() {}

  public init(
    _ action: Action, transport: ProtocolMatch? = nil, source: EntityRule = EntityRule(),
    destination: EntityRule = EntityRule()
  ) {
    self.action = action
    self.transport = transport
    self.source = source
    self.destination = destination
  }

  /// The address family that the rule is for; nil for both.
  public var family: IPFamily? { ipVersion.flatMap { UInt8(exactly: $0) }.flatMap(IPFamily.init) }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.required("action", &action, doc: "What happens to matching packets.")
    v.optional(
      "ipVersion", &ipVersion,
      check: Check(schema: [.init("enum", [4, 6])]) { $0 == 4 || $0 == 6 ? nil : "must be 4 or 6" },
      doc: "Match one IP version only.")
    v.optional(
      "protocol", &transport, check: .known, doc: "Match one protocol, by name or number.")
    v.optional("icmp", &icmp, doc: "Match ICMP type and code.")
    v.optional(
      "notProtocol", &notTransport, check: .known, doc: "Match all but one protocol.")
    v.optional("notICMP", &notICMP, doc: "Match all but one ICMP type and code.")
    v.defaulted("source", &source, always: true, doc: "Where the packet comes from.")
    v.defaulted("destination", &destination, always: true, doc: "Where the packet goes.")
    v.optional("http", &http, doc: "Match HTTP requests.")
    v.optional("metadata", &metadata, doc: "Remarks on the rule.")
    v.rest(&unknown)
  }

  /// What a rule does.
  public enum Action: String, Choice {
    case allow = "Allow"
    case deny = "Deny"
    /// Logs and goes on.
    case log = "Log"
    /// Skips to the next tier, or to the profiles after the last.
    case pass = "Pass"

    public static var blank: Action { .deny }
  }
}
