// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Which controllers run, and how: nil is one that does not run.
public struct ControllersConfiguration: Described {
  public var node: NodeController?
  public var policy: PeriodicController?
  public var workloadEndpoint: PeriodicController?
  public var serviceAccount: PeriodicController?
  public var namespace: PeriodicController?
  public var loadBalancer: LoadBalancerController?
  public var migration: MigrationController?
  public var unknown: [UnknownMember] = []

  public init() {}

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.optional("node", &node, doc: "Looks after nodes, host endpoints and leaked addresses.")
    v.optional("policy", &policy, doc: "Copies the policies of Kubernetes to etcd.")
    v.optional(
      "workloadEndpoint", &workloadEndpoint, doc: "Copies the labels of pods to etcd.")
    v.optional(
      "serviceAccount", &serviceAccount, doc: "Copies service accounts to etcd, as profiles.")
    v.optional("namespace", &namespace, doc: "Copies namespaces to etcd, as profiles.")
    v.optional("loadBalancer", &loadBalancer, doc: "Gives addresses to services.")
    v.optional("migration", &migration, doc: "Brings stored objects to today's form.")
    v.rest(&unknown)
  }

  /// A controller that has nothing to say but how often it looks at everything.
  public struct PeriodicController: Described {
    public var reconcilerPeriod: String?
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.optional(
        "reconcilerPeriod", &reconcilerPeriod, check: .duration,
        doc: "Between looks at everything; 5m by default.")
      v.rest(&unknown)
    }
  }

  /// The controller of nodes.
  public struct NodeController: Described {
    public var reconcilerPeriod: String?
    public var syncLabels: String?
    public var hostEndpoint: AutoHostEndpoint?
    public var leakGracePeriod: String?
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.optional(
        "reconcilerPeriod", &reconcilerPeriod, check: .duration,
        doc: "Between looks at everything; 5m by default.")
      v.optional(
        "syncLabels", &syncLabels, check: .enablement,
        doc: "Whether labels of Kubernetes' nodes are copied; Enabled by default.")
      v.optional(
        "hostEndpoint", &hostEndpoint, doc: "Whether nodes get host endpoints by themselves.")
      v.optional(
        "leakGracePeriod", &leakGracePeriod, check: .duration,
        doc: "How long an address is without a pod before it is taken back; 15m by default.")
      v.rest(&unknown)
    }
  }

  /// Host endpoints that are made for every node.
  public struct AutoHostEndpoint: Described {
    public var autoCreate: String?
    public var createDefaultHostEndpoint: String?
    public var templates: [HostEndpointTemplate] = []
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.optional(
        "autoCreate", &autoCreate, check: .enablement,
        doc: "Whether host endpoints are made; Disabled by default.")
      v.optional(
        "createDefaultHostEndpoint", &createDefaultHostEndpoint, check: .enablement,
        doc: "Whether one for all interfaces of a node is; Enabled by default.")
      v.defaulted("templates", &templates, doc: "What further host endpoints are made.")
      v.rest(&unknown)
    }
  }

  /// What host endpoints of nodes look like.
  public struct HostEndpointTemplate: Described {
    public var generateName = ""
    public var interfaceCIDRs: [String] = []
    public var interfacePattern = ""
    public var nodeSelector = ""
    public var labels: [String: String] = [:]
    public var annotations: [String: String] = [:]
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.defaulted("generateName", &generateName, doc: "What the names end in, after the node's.")
      v.defaulted(
        "interfaceCIDRs", &interfaceCIDRs, check: .each(.cidr),
        doc: "Only with addresses in these CIDRs.")
      v.defaulted(
        "interfacePattern", &interfacePattern, check: .regularExpression,
        doc: "Only for such interfaces.")
      v.defaulted("labels", &labels, doc: "Labels of the host endpoints.")
      v.defaulted("annotations", &annotations, doc: "Annotations of the host endpoints.")
      v.defaulted(
        "nodeSelector", &nodeSelector, check: .selector, doc: "Only on nodes with such labels.")
      v.rest(&unknown)
    }
  }

  /// The controller of services' addresses.
  public struct LoadBalancerController: Described {
    public var assignIPs: String?
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.optional(
        "assignIPs", &assignIPs, check: .exactWord("AllServices", "RequestedServicesOnly"),
        doc: "Which services get addresses.")
      v.rest(&unknown)
    }
  }

  /// The controller that brings stored objects to today's form.
  public struct MigrationController: Described {
    public var policyNameMigrator: String?
    public var unknown: [UnknownMember] = []

    public init() {}

    public mutating func fields<V: FieldVisitor>(_ v: inout V) {
      v.optional(
        "policyNameMigrator", &policyNameMigrator, check: .enablement,
        doc: "Whether policies lose the name of the tier default.")
      v.rest(&unknown)
    }
  }
}
