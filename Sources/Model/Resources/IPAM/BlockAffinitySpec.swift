// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Whose a block is, or is about to be (compatibility §1.2).
public struct BlockAffinitySpec: Described {
  /// Old records have none; they count as confirmed.
  public var state = State.confirmed
  public var node = ""
  public var type = Owner.host
  public var cidr = ""
  public var deleted = false
  public var unknown: [UnknownMember] = []

  public init() {}

  public init(node: String, cidr: String, state: State, type: Owner = .host) {
    self.state = state
    self.node = node
    self.type = type
    self.cidr = cidr
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("state", &state, default: .confirmed, always: true, doc: "How far the claim is.")
    v.required("node", &node, doc: "The node, or the name of a virtual owner.")
    v.defaulted("type", &type, default: .host, always: true, doc: "What kind of owner it is.")
    v.required("cidr", &cidr, check: .cidr, doc: "The block.")
    v.defaulted("deleted", &deleted, doc: "Whether the record is about to be removed.")
    v.rest(&unknown)
  }

  /// How far a claim of a block is.
  public enum State: String, Choice {
    case confirmed
    /// Announced: the block may not exist yet, or belong to somebody else.
    case pending
    /// Being given back.
    case pendingDeletion

    public static var blank: State { .confirmed }
  }

  /// What kind of owner a block has.
  public enum Owner: String, Choice {
    case host
    case virtual

    public static var blank: Owner { .host }
  }
}
