// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing

/// One member of a set.
public enum IPSetMember: Hashable, Sendable {
  /// An address (a host CIDR) or a network.
  case net(CIDR)
  /// A named port of one endpoint.
  case port(IPAddress, IPProtocol, UInt16)
}

/// What a set holds.
public enum IPSetType: Sendable, Hashable {
  case nets
  case ports
}

/// A set's whole contents, and what it is for in a reader's words (the selector, or the named
/// port).
public struct DesiredSet: Sendable, Hashable {
  public var type: IPSetType
  public var comment: String
  /// Members without repetition. Nets may overlap.
  public var members: Set<IPSetMember>

  public init(type: IPSetType, comment: String, members: Set<IPSetMember> = []) {
    self.type = type
    self.comment = comment
    self.members = members
  }
}
