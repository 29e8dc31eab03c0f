// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Which state of which node is wanted (compatibility §1.2).
public struct CalicoNodeStatusSpec: Described {
  public var node = ""
  public var classes: [StatusClass] = []
  /// In seconds; 0 reports once and not again.
  public var updatePeriodSeconds: Int?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("node", &node, doc: "The node.")
    v.defaulted("classes", &classes, doc: "What the node reports on.")
    v.optional(
      "updatePeriodSeconds", &updatePeriodSeconds, check: .range(0...86_400),
      doc: "Seconds between reports; 0 for one report.")
    v.rest(&unknown)
  }

  /// What a node can report on.
  public enum StatusClass: String, Choice {
    case agent = "Agent"
    case bgp = "BGP"
    case routes = "Routes"

    public static var blank: StatusClass { .agent }
  }
}
