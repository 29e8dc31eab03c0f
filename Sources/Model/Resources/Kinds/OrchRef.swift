// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What an orchestrator calls a node.
public struct OrchRef: Described {
  public var nodeName = ""
  public var orchestrator = ""
  public var unknown: [UnknownMember] = []

  public init() {}

  public init(nodeName: String, orchestrator: String = "k8s") {
    self.nodeName = nodeName
    self.orchestrator = orchestrator
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("nodeName", &nodeName, doc: "The orchestrator's name of the node.")
    v.required("orchestrator", &orchestrator, doc: "Which orchestrator.")
    v.rest(&unknown)
  }
}
