// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// What every resource carries: its name, its labels and what the store keeps of it.
public struct Metadata: Described {
  public var name = ""
  /// Nil for kinds that are not namespaced.
  public var namespace: String?
  public var uid: String?
  /// The store's revision of the last write: opaque text.
  public var resourceVersion: String?
  /// Counts the changes of the spec, in stores that do.
  public var generation: Int?
  /// RFC 3339.
  public var creationTimestamp: String?
  public var labels: [String: String] = [:]
  public var annotations: [String: String] = [:]
  public var unknown: [UnknownMember] = []

  public init() {}

  public init(
    name: String, namespace: String? = nil, labels: [String: String] = [:],
    annotations: [String: String] = [:]
  ) {
    self.name = name
    self.namespace = namespace
    self.labels = labels
    self.annotations = annotations
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    v.defaulted("name", &name, doc: "The name, unique among its kind and namespace.")
    v.optional("namespace", &namespace, doc: "The namespace, for kinds that have one.")
    v.optional("uid", &uid, doc: "The identity, from creation to deletion.")
    v.optional("resourceVersion", &resourceVersion, doc: "The revision of the last write.")
    v.optional("generation", &generation, doc: "Counts the changes of the spec.")
    v.optional("creationTimestamp", &creationTimestamp, doc: "When it was created, RFC 3339.")
    v.defaulted("labels", &labels, doc: "Labels, which selectors select by.")
    v.defaulted("annotations", &annotations, doc: "Remarks of people and programs.")
    v.rest(&unknown, keeping: Self.kubernetesFields)
  }

  /// What Kubernetes keeps in the metadata of an object; passed through.
  private static let kubernetesFields = [
    "generateName", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds",
    "ownerReferences", "finalizers", "managedFields",
  ]
}
