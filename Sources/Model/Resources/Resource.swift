// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// A resource of one kind: metadata and a spec, and what of a stored object it does not know.
public protocol Resource: Described {
  associatedtype Spec: Described

  static var kind: Kind { get }

  var metadata: Metadata { get set }
  var spec: Spec { get set }
  /// The members of the object besides these.
  var unknown: [UnknownMember] { get set }

  /// What names it. A requirement, like the next, so that to ask one of any kind does not copy its
  /// metadata: stores ask hundreds of thousands of them.
  var key: ResourceKey { get }
  /// The store's revision of its last write, which stands in the metadata.
  var resourceVersion: String? { get set }

  /// Shows the members that this kind has besides metadata and spec to the visitor.
  mutating func ownFields<V: FieldVisitor>(_ visitor: inout V)

  /// Fills in what Calico fills in when a resource is written without it.
  mutating func applyDefaults()

  /// What is wrong that no single field can say; without what metadata say of any kind.
  func problems() -> [FieldProblem]

  /// The headings of a table of such resources and this one's cells.
  static var columns: [TableColumn<Self>] { get }
  /// The same for wide tables.
  static var wideColumns: [TableColumn<Self>] { get }
}

extension Resource {
  /// The version of the API that all resources are of.
  public static var apiVersion: String { "projectcalico.org/v3" }

  public init(metadata: Metadata, spec: Spec = Spec()) {
    self.init()
    self.metadata = metadata
    self.spec = spec
  }

  public init(name: String, namespace: String? = nil, spec: Spec = Spec()) {
    self.init(metadata: Metadata(name: name, namespace: namespace), spec: spec)
  }

  public var key: ResourceKey {
    ResourceKey(kind: Self.kind, namespace: metadata.namespace, name: metadata.name)
  }

  public var resourceVersion: String? {
    get { metadata.resourceVersion }
    set { metadata.resourceVersion = newValue }
  }

  public mutating func fields<V: FieldVisitor>(_ v: inout V) {
    var kind = Self.kind.rawValue
    var version = Self.apiVersion
    v.defaulted(
      "kind", &kind, default: Self.kind.rawValue, always: true, check: .equal(Self.kind.rawValue),
      doc: "The kind of the resource.")
    v.defaulted(
      "apiVersion", &version, default: Self.apiVersion, always: true,
      check: .equal(Self.apiVersion), doc: "The version of the API.")
    v.defaulted("metadata", &metadata, always: true, doc: "Name, labels and the store's data.")
    v.defaulted("spec", &spec, always: true, doc: "What is wanted.")
    ownFields(&v)
    // What programs report in the status is theirs; people hand it back when they edit an object.
    v.rest(&unknown, keeping: ["status"])
  }

  public mutating func ownFields<V: FieldVisitor>(_ visitor: inout V) {}

  public mutating func applyDefaults() {}

  public func problems() -> [FieldProblem] { [] }

  public static var wideColumns: [TableColumn<Self>] { columns }

  /// Everything that is wrong with the resource although each field has the right form.
  public func validate() -> [FieldProblem] {
    NameRules.problems(of: metadata, kind: Self.kind) + problems()
  }
}
