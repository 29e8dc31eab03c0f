// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Whom a rule of a network policy of Kubernetes is about.
public struct KubernetesPolicyPeer: Described {
  public var podSelector: KubernetesLabelSelector?
  public var namespaceSelector: KubernetesLabelSelector?
  public var ipBlock: IPBlock?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("podSelector", &podSelector, doc: "Pods with such labels.")
    v.optional("namespaceSelector", &namespaceSelector, doc: "In namespaces with such labels.")
    v.optional("ipBlock", &ipBlock, doc: "Addresses.")
    v.rest(&unknown)
  }

  /// Addresses, some excepted.
  public struct IPBlock: Described {
    public var cidr = ""
    public var except: [String] = []
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.required("cidr", &cidr, check: .cidr, doc: "The addresses.")
      v.defaulted("except", &except, check: .each(.cidr), doc: "But not these.")
      v.rest(&unknown)
    }
  }
}
