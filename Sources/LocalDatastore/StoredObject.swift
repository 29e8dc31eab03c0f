// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import ValueTree

/// A resource as the table holds it: the full v3 JSON object without its revision, which is a
/// column.
struct StoredObject: Sendable {
  /// Bytes of one object at most, as in etcd.
  static let sizeLimit = 1_572_864

  var key: ResourceKey
  var revision: Int64
  var json: [UInt8]

  /// The bytes to store.
  ///
  /// Errors: `validation` when they could not be read back, or are too many.
  static func json(of resource: any Resource) throws(DatastoreError) -> [UInt8] {
    var stored = resource
    stored.metadata.resourceVersion = nil
    let value = stored.encode()
    do throws(ResourceError) {
      let problems = try ResourceDocument.decodeStored(value, kind: resource.key.kind).problems
      if !problems.isEmpty { throw ResourceError(problems) }
    } catch {
      throw .validation(error.problems)
    }
    let json = JSON.bytes(value)
    guard json.count <= sizeLimit else {
      throw .validation([
        FieldProblem(
          message: "\(resource.key) has \(json.count) bytes; at most \(sizeLimit) are stored")
      ])
    }
    return json
  }

  /// Reads it back. An object with a field that has the wrong form counts as malformed: to use the
  /// rest of it could mean something else than its author wrote. Not so settings, which are
  /// independent of each other, and rules: to leave a policy out would let through what it denies,
  /// and whoever enforces it fails closed on what cannot be read.
  func decoded() -> Result<any Resource, MalformedObject> {
    let stored: StoredResource
    do {
      let value = try JSON.parse(json, duplicateKeys: .kept)
      stored = try ResourceDocument.decodeStored(value, kind: key.kind)
    } catch {
      return .failure(MalformedObject(key: key, reason: "\(error)"))
    }
    if !stored.problems.isEmpty, !Self.usableInPart.contains(key.kind) {
      let reason = stored.problems.map { "\($0)" }.joined(separator: "; ")
      return .failure(MalformedObject(key: key, reason: reason))
    }
    var resource = stored.resource
    guard resource.key == key else {
      return .failure(MalformedObject(key: key, reason: "it says that it is \(resource.key)"))
    }
    resource.metadata.resourceVersion = String(revision)
    return .success(resource)
  }

  private static let usableInPart: Set<Kind> = [
    .felixConfiguration, .networkPolicy, .globalNetworkPolicy, .profile,
  ]

  /// The resource, or, when it cannot be read, one that has its name and revision only.
  func decodedOrBlank() -> any Resource {
    if case .success(let resource) = decoded() { return resource }
    var blank = key.kind.type.init()
    blank.metadata.name = key.name
    blank.metadata.namespace = key.namespace
    blank.metadata.resourceVersion = String(revision)
    return blank
  }
}
