// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One thing that a BGP filter does to a route that it accepts: exactly one of the members.
public struct BGPFilterOperation: Described {
  public var addCommunity: AddCommunity?
  public var prependASPath: PrependASPath?
  public var setPriority: SetPriority?
  public var unknown: [UnknownMember] = []

  public init() {}

  /// How many things it says to do, those of a later version included.
  var partCount: Int {
    [addCommunity != nil, prependASPath != nil, setPriority != nil].count(where: \.self)
      + unknown.count
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("addCommunity", &addCommunity, doc: "Adds a community.")
    v.optional("prependASPath", &prependASPath, doc: "Puts AS numbers before the path.")
    v.optional("setPriority", &setPriority, doc: "Sets the metric.")
    v.rest(&unknown)
  }

  public struct AddCommunity: Described {
    public var value = ""
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.required("value", &value, check: .community, doc: "The community: aa:nn or aa:nn:mm.")
      v.rest(&unknown)
    }
  }

  public struct PrependASPath: Described {
    public var prefix: [ASNumber] = []
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.required(
        "prefix", &prefix, check: .count(1...10), doc: "1 to 10 AS numbers, the first outermost.")
      v.rest(&unknown)
    }
  }

  public struct SetPriority: Described {
    public var value = 0
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.required("value", &value, check: .routePriority, doc: "The metric.")
      v.rest(&unknown)
    }
  }
}
