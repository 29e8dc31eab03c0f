// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

package import Resources
package import ValueTree

/// A resource as a store holds it: the full v3 JSON object without its revision, which the store
/// keeps beside it.
package struct StoredObject: Sendable {
  /// Bytes of one object at most, as in etcd.
  package static let sizeLimit = 1_572_864

  package var key: ResourceKey
  package var revision: Int64
  package var json: [UInt8]

  package init(key: ResourceKey, revision: Int64, json: [UInt8]) {
    self.key = key
    self.revision = revision
    self.json = json
  }

  /// The bytes to store.
  ///
  /// Errors: `validation` when they could not be read back, or are too many.
  package static func json(of resource: any Resource) throws(DatastoreError) -> [UInt8] {
    let json = JSON.bytes(try value(of: resource))
    try checkSize(json.count, of: resource.key)
    return json
  }

  /// The object to store, without the revision.
  ///
  /// Errors: `validation` when it could not be read back.
  package static func value(of resource: any Resource) throws(DatastoreError) -> Value {
    var stored = resource
    stored.metadata.resourceVersion = nil
    let value = stored.encode()
    do throws(ResourceError) {
      let problems = try ResourceDocument.decodeStored(value, kind: resource.key.kind).problems
      if !problems.isEmpty { throw ResourceError(problems) }
    } catch {
      throw .validation(error.problems)
    }
    return value
  }

  package static func checkSize(_ bytes: Int, of key: ResourceKey) throws(DatastoreError) {
    guard bytes <= sizeLimit else {
      throw .validation([
        FieldProblem(message: "\(key) has \(bytes) bytes; at most \(sizeLimit) are stored")
      ])
    }
  }

  /// Reads it back. An object with a field that has the wrong form counts as malformed: to use the
  /// rest of it could mean something else than its author wrote. Not so settings, which are
  /// independent of each other; nodes, to whose pods the routes would be lost; and rules, tiers and
  /// what rules select: to leave one out would let through what is denied by it, and whoever enforces
  /// them fails closed on what cannot be read.
  package func decoded() -> Result<any Resource, MalformedObject> {
    if let resource = Self.read(json.span, key: key, revision: revision) {
      return .success(resource)
    }
    let value: Value
    do throws(SyntaxError) {
      value = try JSON.parse(json, duplicateKeys: .kept)
    } catch {
      return .failure(MalformedObject(key: key, reason: "\(error)"))
    }
    return Self.decode(value, key: key, revision: revision)
  }

  /// Reads an object from its JSON; nil when anything about it is unusual, and `decoded` says what.
  package static func read(
    _ json: Span<UInt8>, key: ResourceKey, revision: Int64
  ) -> (any Resource)? {
    guard var resource = ResourceDocument.readStored(json, kind: key.kind), resource.key == key
    else { return nil }
    resource.resourceVersion = String(revision)
    return resource
  }

  /// Reads a stored object that is a value tree already.
  package static func decode(
    _ value: Value, key: ResourceKey, revision: Int64
  ) -> Result<any Resource, MalformedObject> {
    var stored: StoredResource
    do throws(ResourceError) {
      stored = try ResourceDocument.decodeStored(value, kind: key.kind)
    } catch {
      return .failure(MalformedObject(key: key, reason: "\(error)"))
    }
    if !stored.problems.isEmpty, !usableInPart.contains(key.kind) {
      return .failure(MalformedObject(key: key, reason: Self.reason(stored.problems)))
    }
    let found = stored.resource.key
    guard found == key else {
      return .failure(MalformedObject(key: key, reason: "it says that it is \(found)"))
    }
    // In place: a copy of an object that another variable has too would be one of all its fields.
    stored.resource.resourceVersion = String(revision)
    return .success(stored.resource)
  }

  /// All that is wrong in one line, which has an end whatever is stored.
  private static func reason(_ problems: [FieldProblem]) -> String {
    let limit = 20
    var parts = problems.prefix(limit).map { "\($0)".cut(to: 400) }
    if problems.count > limit { parts.append("\(problems.count - limit) more") }
    return parts.joined(separator: "; ")
  }

  private static let usableInPart: Set<Kind> = [
    .bgpConfiguration, .felixConfiguration, .node, .networkPolicy, .globalNetworkPolicy, .profile,
    .tier, .networkSet, .globalNetworkSet, .hostEndpoint, .ipReservation,
  ]

  /// The resource, or, when it cannot be read, one that has its name and revision only.
  package func decodedOrBlank() -> any Resource {
    if case .success(let resource) = decoded() { return resource }
    return Self.blank(key, revision: revision)
  }

  /// What an update over this object is to store: whoever writes an object without its identity, as
  /// people do, does not mean to change it, and of two names of one policy the stored one stays.
  package static func completed(
    _ resource: any Resource, over present: @autoclosure () -> (any Resource)?
  ) -> any Resource {
    let hasTwoNames = resource.key.longName != nil
    guard
      hasTwoNames || resource.metadata.uid == nil || resource.metadata.creationTimestamp == nil,
      let metadata = present()?.metadata
    else { return resource }
    var complete = resource
    complete.metadata.uid = resource.metadata.uid ?? metadata.uid
    complete.metadata.creationTimestamp =
      resource.metadata.creationTimestamp ?? metadata.creationTimestamp
    if hasTwoNames { complete.metadata.name = metadata.name }
    return complete
  }

  /// A resource that has a name and a revision only, for one that cannot be read.
  package static func blank(_ key: ResourceKey, revision: Int64) -> any Resource {
    var blank = key.kind.type.init()
    blank.metadata.name = key.name
    blank.metadata.namespace = key.namespace
    blank.metadata.resourceVersion = String(revision)
    return blank
  }
}
