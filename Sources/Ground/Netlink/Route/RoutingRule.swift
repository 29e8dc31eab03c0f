// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// A rule that says which packets look into which routing table (`ip rule`).
public struct RoutingRule: Hashable, Sendable {
  public var family: IPFamily
  public var priority: UInt32
  public var action: Action
  public var table: UInt32
  public var source: CIDR?
  public var destination: CIDR?
  public var mark: UInt32
  public var markMask: UInt32
  public var inputLink: String?
  public var outputLink: String?
  /// It is for the packets that do not match.
  public var isInverted: Bool

  /// `FR_ACT_*` of linux/fib_rules.h.
  public struct Action: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let lookUp = Action(rawValue: 1)
    public static let goTo = Action(rawValue: 2)
    public static let none = Action(rawValue: 3)
    public static let blackhole = Action(rawValue: 6)
    public static let unreachable = Action(rawValue: 7)
    public static let prohibit = Action(rawValue: 8)
  }

  /// A rule that has packets from a network look into a table.
  public init(from source: CIDR, lookUp table: UInt32, priority: UInt32) {
    family = source.family
    self.priority = priority
    action = .lookUp
    self.table = table
    self.source = source
    mark = 0
    markMask = 0
    isInverted = false
  }

  init?(_ payload: NetlinkReader) {
    guard let rawFamily: UInt8 = payload.load(0), let family = IPFamily(addressFamily: rawFamily),
      let destinationLength: UInt8 = payload.load(1), let sourceLength: UInt8 = payload.load(2),
      let shortTable: UInt8 = payload.load(4), let action: UInt8 = payload.load(7),
      let flags: UInt32 = payload.load(8)
    else { return nil }
    self.family = family
    self.action = Action(rawValue: action)
    table = UInt32(shortTable)
    isInverted = flags & 2 != 0
    priority = 0
    mark = 0
    markMask = 0
    // linux/fib_rules.h, FRA_*.
    for attribute in payload.dropping(12).attributes {
      let value = attribute.value
      switch attribute.type {
      case 1: destination = value.address.flatMap { CIDR($0, prefixLength: Int(destinationLength)) }
      case 2: source = value.address.flatMap { CIDR($0, prefixLength: Int(sourceLength)) }
      case 3: inputLink = value.string
      case 6: priority = value.load() ?? 0
      case 10: mark = value.load() ?? 0
      case 15: table = value.load() ?? table
      case 16: markMask = value.load() ?? 0
      case 17: outputLink = value.string
      default: break
      }
    }
  }
}

extension RouteSocket {
  /// The rules of one family or both, in the kernel's order.
  public func rules(family: IPFamily? = nil) throws(NetlinkError) -> [RoutingRule] {
    let messages = try client.dump(type: RouteMessage.getRule, "list routing rules") { writer in
      writer.append(family?.addressFamily ?? 0)
      writer.append(bytes: [UInt8](repeating: 0, count: 11))
    }
    return messages.compactMap { message in
      guard message.type == RouteMessage.newRule, let rule = RoutingRule(message.payload),
        family == nil || rule.family == family
      else { return nil }
      return rule
    }
  }

  /// Adds a rule of those that `RoutingRule.init(from:lookUp:priority:)` makes; one that is there
  /// already is an error (`isAlreadyThere`).
  public func add(_ rule: RoutingRule) throws(NetlinkError) {
    try client.request(
      type: RouteMessage.newRule, flags: [.create, .exclusive],
      "add a routing rule to table \(rule.table)"
    ) { rule.encode(into: &$0) }
  }

  /// Deletes the rule that has this one's priority, action, table and source.
  public func delete(_ rule: RoutingRule) throws(NetlinkError) {
    try client.request(
      type: RouteMessage.deleteRule, "delete a routing rule to table \(rule.table)"
    ) { rule.encode(into: &$0) }
  }
}

extension RoutingRule {
  /// `struct fib_rule_hdr` of linux/fib_rules.h and the attributes.
  func encode(into writer: inout NetlinkWriter) {
    writer.append(family.addressFamily)
    writer.append(UInt8(0))  // Destination.
    writer.append(UInt8(truncatingIfNeeded: source?.prefixLength ?? 0))
    writer.append(UInt8(0))  // Type of service.
    writer.append(table < 256 ? UInt8(table) : 0)
    writer.append(UInt16(0))
    writer.append(action.rawValue)
    writer.append(UInt32(0))
    if let source { writer.put(2, bytes: source.address.networkBytes) }
    writer.put(6, priority)
    writer.put(15, table)
  }
}
