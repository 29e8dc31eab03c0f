// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import ValueTree

/// A key of etcd and what stands there.
struct StoredValue: Sendable, Hashable {
  var key: String
  /// The revision of its last write.
  var revision: Int64
  var bytes: [UInt8]

  init(key: String, revision: Int64, bytes: [UInt8]) {
    self.key = key
    self.revision = revision
    self.bytes = bytes
  }

  init(_ pair: Etcdserverpb_KeyValue) {
    key = String(decoding: pair.key, as: UTF8.self)
    revision = pair.modRevision
    bytes = Array(pair.value)
  }

  /// What it is to the users of the store.
  enum Meaning: Sendable {
    case resource(any Resource)
    case malformed(MalformedObject)
    /// Not an object of the kind, and not meant to be one.
    case nothing

    var key: ResourceKey? {
      switch self {
      case .resource(let resource): resource.key
      case .malformed(let object): object.key
      case .nothing: nil
      }
    }
  }

  /// Reads it as an object of a kind.
  func meaning(_ kind: Kind) -> Meaning {
    guard let name = KeyLayout.name(of: key, kind: kind) else { return .nothing }
    switch name {
    case .stray(let resource):
      return .malformed(
        MalformedObject(key: resource, reason: "its key \(key) is not one of a \(kind.rawValue)"))
    case .object(let resource, _):
      switch decoded(kind, resource) {
      case .success(let resource): return .resource(resource)
      case .failure(let object): return .malformed(object)
      }
    }
  }

  /// The object of a kind that it is; nil when it is none, or cannot be read.
  func resource(_ kind: Kind) -> (any Resource)? {
    guard case .resource(let resource) = meaning(kind) else { return nil }
    return resource
  }

  private func decoded(
    _ kind: Kind, _ name: ResourceKey
  ) -> Result<any Resource, MalformedObject> {
    guard IPAMForm.isUsed(for: kind) else {
      return StoredObject(key: name, revision: revision, json: bytes).decoded()
    }
    let value: Value
    do throws(SyntaxError) {
      value = try stored(kind)
    } catch {
      return .failure(MalformedObject(key: name, reason: "\(error)"))
    }
    return StoredObject.decode(
      IPAMForm.object(value, kind: kind, key: key, name: name), key: name, revision: revision)
  }

  /// The tree as it is stored. Of an affinity no bytes at all are one that says nothing.
  func stored(_ kind: Kind) throws(SyntaxError) -> Value {
    if bytes.isEmpty, kind == .blockAffinity { return .object([]) }
    return try JSON.parse(bytes, duplicateKeys: .kept)
  }

  /// The bytes to store for a resource: where an older form of it is known, that form with the
  /// change in it.
  ///
  /// Errors: `validation` when it could not be read back, or is too large.
  static func bytes(
    of resource: any Resource, over present: StoredValue?
  ) throws(DatastoreError) -> [UInt8] {
    let kind = resource.key.kind
    let before = present?.resource(kind)
    var value = try StoredObject.value(of: resource)
    if IPAMForm.isUsed(for: kind) { value = IPAMForm.stored(value, kind: kind) }
    if var before, var stored = try? present?.stored(kind) {
      before.metadata.resourceVersion = nil
      var old = before.encode()
      if IPAMForm.isUsed(for: kind) { old = IPAMForm.stored(old, kind: kind) }
      // The old field would contradict the one that took its place.
      if kind == .ipamBlock, old["affinity"] != value["affinity"] { stored["hostAffinity"] = nil }
      value = stored.rewritten(from: old, to: value)
    }
    let bytes = JSON.bytes(value)
    try StoredObject.checkSize(bytes.count, of: resource.key)
    return bytes
  }
}
