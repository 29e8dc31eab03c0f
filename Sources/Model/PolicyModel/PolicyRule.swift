// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import Features

/// What of a rule names things that are looked up: by selector, or by set.
public protocol RuleNames: Sendable, Hashable {
  /// Asks nothing.
  init()
}

/// A rule of a policy or profile: what it asks of a packet, and what it does with one that fulfils
/// all of that.
///
/// It comes in two forms, which differ in how an end of a packet is named and in nothing else: as
/// written, by selectors and names of ports (`SelectorNames`), and as programmed, by sets
/// (`SetNames`).
public struct PolicyRule<Names: RuleNames>: Sendable, Hashable {
  public var action: RuleAction
  /// Its place among the rules of its direction in the object as written. `nil`: it is none of
  /// those, but stands for rules that cannot be read or are not there.
  public var index: Int?
  /// Only packets of this IP version.
  public var family: IPFamily?
  public var transport: IPProtocol?
  public var notTransport: IPProtocol?
  public var icmp: ICMPMatch?
  public var notICMP: ICMPMatch?
  public var source: EntityMatch<Names>
  public var destination: EntityMatch<Names>
  /// Why this rule must never match: it asks for something that is not enforced here (an HTTP match
  /// without an L7 proxy), and ignoring that would allow more than was meant. A Deny that cannot be
  /// expressed goes on without the criterion instead, and has no reason here.
  public var neverMatches: String?
  /// What it asks for that somebody must be able to do: where nobody is, it must not allow more than
  /// it would. As programmed, nothing is left of it.
  public var asks: Set<Feature>

  public init(
    _ action: RuleAction, index: Int? = nil, family: IPFamily? = nil,
    transport: IPProtocol? = nil, notTransport: IPProtocol? = nil, icmp: ICMPMatch? = nil,
    notICMP: ICMPMatch? = nil, source: EntityMatch<Names> = EntityMatch(),
    destination: EntityMatch<Names> = EntityMatch(), neverMatches: String? = nil,
    asks: Set<Feature> = []
  ) {
    self.action = action
    self.index = index
    self.family = family
    self.transport = transport
    self.notTransport = notTransport
    self.icmp = icmp
    self.notICMP = notICMP
    self.source = source
    self.destination = destination
    self.neverMatches = neverMatches
    self.asks = asks
  }

  /// The same rule, its ends named in another way; what it asks for besides is the caller's.
  public func map<Other: RuleNames>(
    _ transform: (EntityMatch<Names>) -> Other
  ) -> PolicyRule<Other> {
    PolicyRule<Other>(
      action, index: index, family: family, transport: transport, notTransport: notTransport,
      icmp: icmp, notICMP: notICMP, source: source.map(transform),
      destination: destination.map(transform), neverMatches: neverMatches)
  }
}

/// What a rule asks of one end of a packet. All criteria must hold; an empty list asks nothing.
public struct EntityMatch<Names: RuleNames>: Sendable, Hashable {
  /// The address is in one of these.
  public var nets: [CIDR] = []
  /// The address is in none of these.
  public var notNets: [CIDR] = []
  /// The port is in one of these ranges, or is one of the ports that `names` has. Both empty: any
  /// port.
  public var ports: [PortRange] = []
  /// The port is in none of these.
  public var notPorts: [PortRange] = []
  public var names = Names()

  public init() {}

  /// Whether it asks nothing.
  public var isEmpty: Bool { self == EntityMatch() }

  func map<Other: RuleNames>(_ transform: (Self) -> Other) -> EntityMatch<Other> {
    var result = EntityMatch<Other>()
    result.nets = nets
    result.notNets = notNets
    result.ports = ports
    result.notPorts = notPorts
    result.names = transform(self)
    return result
  }
}
