// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import PolicyModel

/// A rule in the form that the dataplane renders: no selectors, no names to look up. All criteria
/// must hold; an empty list asks nothing.
public struct DesiredRule: Sendable, Hashable {
  public var action: RuleAction
  /// Only packets of this IP version.
  public var family: IPFamily?
  public var transport: IPProtocol?
  public var notTransport: IPProtocol?
  public var icmp: ICMPMatch?
  public var notICMP: ICMPMatch?
  public var source: DesiredMatch
  public var destination: DesiredMatch
  /// Why this rule must never match: it asks for something that is not enforced here (an HTTP match
  /// without an L7 proxy), and ignoring that would allow more than was meant. A Deny that cannot be
  /// expressed is rendered without the criterion instead, and has no reason here.
  public var neverMatches: String?

  public init(
    _ action: RuleAction, family: IPFamily? = nil, transport: IPProtocol? = nil,
    notTransport: IPProtocol? = nil, icmp: ICMPMatch? = nil, notICMP: ICMPMatch? = nil,
    source: DesiredMatch = DesiredMatch(), destination: DesiredMatch = DesiredMatch(),
    neverMatches: String? = nil
  ) {
    self.action = action
    self.family = family
    self.transport = transport
    self.notTransport = notTransport
    self.icmp = icmp
    self.notICMP = notICMP
    self.source = source
    self.destination = destination
    self.neverMatches = neverMatches
  }
}

/// What a rule asks of one end of a packet.
public struct DesiredMatch: Sendable, Hashable {
  /// The address is in one of these. Empty: any address.
  public var nets: [CIDR] = []
  /// The address is in none of these.
  public var notNets: [CIDR] = []
  /// The address is in every one of these sets.
  public var sets: [IPSetID] = []
  /// The address is in none of these sets.
  public var notSets: [IPSetID] = []
  /// The port is in one of these ranges, or (address, protocol, port) is in one of
  /// `namedPortSets`. Both empty: any port.
  public var ports: [PortRange] = []
  public var namedPortSets: [IPSetID] = []
  /// The port is in none of these, and the triple in none of `notNamedPortSets`.
  public var notPorts: [PortRange] = []
  public var notNamedPortSets: [IPSetID] = []

  public init() {}

  /// Whether it asks nothing.
  public var isEmpty: Bool { self == DesiredMatch() }
}
