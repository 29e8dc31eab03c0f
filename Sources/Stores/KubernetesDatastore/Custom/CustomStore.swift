// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import Resources
import ValueTree

/// A kind whose resources are custom resources.
struct CustomStore: KindStore {
  /// Lost races with other writers at most, where the caller did not say what to write over.
  private static let attempts = 20

  let client: KubernetesClient
  let form: CustomForm
  private let recent = RecentObjects()

  init(_ client: KubernetesClient, _ kind: Kind) {
    self.client = client
    form = CustomForm(kind: kind)
  }

  // MARK: - Reading

  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    guard let object = try await find(key) else { throw .doesNotExist(key) }
    switch object.result {
    case .success(let resource): return resource
    case .failure(let malformed): throw .unreadable(malformed)
    }
  }

  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    let listing = try await calling(ResourceKey(kind: query.kind, name: "")) {
      () async throws(KubernetesError) -> KubernetesClient.Listing in
      try await self.listing(query)
    }
    var result = ListResult(items: [], revision: listing.revision)
    result.items.reserveCapacity(listing.items.count)
    var names: [ResourceKey: String] = [:]
    var objects: [CustomForm.Object] = []
    for item in listing.items {
      guard case .json(let value) = item else { continue }
      let object = form.decode(value)
      guard query.selects(object.key), !object.isDeleted else { continue }
      if Self.isPreferred(object.name, to: names[object.key]) { names[object.key] = object.name }
      objects.append(object)
    }
    for object in objects where names[object.key] == object.name {
      switch object.result {
      case .success(let resource):
        recent.note(object)
        result.items.append(resource)
      case .failure(let malformed): result.malformed.append(malformed)
      }
    }
    return result
  }

  /// What is stored of what a query may mean.
  private func listing(
    _ query: ListQuery
  ) async throws(KubernetesError) -> KubernetesClient.Listing {
    guard form.kind == .blockAffinity, let node = query.node else {
      return try await client.list(form.resource, .init(namespace: query.namespace))
    }
    let (unlabelled, labelled) = AffinityLabels.selections(node: node)
    let earlier = try await client.list(form.resource, unlabelled)
    return AffinityLabels.merged(earlier, try await client.list(form.resource, labelled))
  }

  func sources(_ query: ListQuery) -> [WatchSource] {
    [
      WatchSource(resource: form.resource, selection: .init(namespace: query.namespace)) {
        change throws(KubernetesError) in
        try await events(change)
      }
    ]
  }

  private func events(_ change: WatchSource.Change) async throws(KubernetesError) -> [WatchEvent] {
    switch change {
    case .set(.json(let value)):
      let object = form.decode(value)
      if object.isDeleted { return [.deleted(object.key)] }
      // The shorter spelling, where there is one, goes before this.
      if object.name != names(object.key).first, try await otherSpelling(of: object) != nil {
        return []
      }
      return [event(object)]
    case .deleted(.json(let value)):
      let object = form.decode(value)
      // That was told when it was marked.
      if object.isDeleted { return [] }
      if let other = try await otherSpelling(of: object) { return [event(other)] }
      return [.deleted(object.key)]
    default: return []
    }
  }

  private func event(_ object: CustomForm.Object) -> WatchEvent {
    switch object.result {
    case .success(let resource):
      recent.note(object)
      return .set(resource)
    case .failure(let malformed): return .malformed(malformed)
    }
  }

  // MARK: - Names

  /// The names under which a resource may be stored, that which goes before the other first: a
  /// policy of the tier `default` may have the tier's name before its own.
  private func names(_ key: ResourceKey) -> [String] {
    key.longName.map { [key.name, $0] } ?? [form.customName(key.name)]
  }

  /// Whether one of two spellings goes before the other: the shorter.
  private static func isPreferred(_ name: String, to other: String?) -> Bool {
    other.map { name.utf8.count < $0.utf8.count } ?? true
  }

  private func otherSpelling(
    of object: CustomForm.Object
  ) async throws(KubernetesError) -> CustomForm.Object? {
    for name in names(object.key) where name != object.name {
      if let other = try await read(name, object.key) { return other }
    }
    return nil
  }

  private func read(
    _ name: String, _ key: ResourceKey
  ) async throws(KubernetesError) -> CustomForm.Object? {
    do throws(KubernetesError) {
      let raw = try await client.get(form.resource, namespace: key.namespace, name: name)
      guard case .json(let value) = raw else { return nil }
      return form.decode(value)
    } catch {
      // Without a name in it, the answer is that there is no such kind.
      if let status = error.status, status.code == 404, !status.name.isEmpty { return nil }
      throw error
    }
  }

  /// The object as it is stored; nil when there is none. One that is marked as deleted is removed,
  /// which somebody had begun.
  private func find(_ key: ResourceKey) async throws(DatastoreError) -> CustomForm.Object? {
    try await calling(key) { () async throws(KubernetesError) in
      for name in names(key) {
        guard let object = try await read(name, key) else { continue }
        if object.isDeleted {
          await remove(object)
          continue
        }
        // Of names that differ in case only, one can be stored.
        guard object.key == key else { continue }
        recent.note(object)
        return object
      }
      return nil
    }
  }

  // MARK: - Writing

  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    let key = resource.key
    var new = resource
    new.metadata.uid = Identity.makeUID()
    new.metadata.creationTimestamp = Identity.makeTimestamp()
    let value = try form.encode(new, over: nil)
    if names(key).count > 1, try await find(key) != nil { throw .alreadyExists(key) }
    for _ in 0..<Self.attempts {
      do throws(DatastoreError) {
        return try await written(key) { () async throws(KubernetesError) in
          try await client.create(form.resource, namespace: key.namespace, value)
        }
      } catch {
        // What is only marked as deleted must be out of the way first.
        guard case .alreadyExists = error, form.isDeletedInTwoSteps,
          try await find(key) == nil
        else { throw error }
        try await refuseNameOfAnother(key)
      }
    }
    throw .alreadyExists(key)
  }

  /// Refuses a name that differs from that of another resource in letter case only: here both would
  /// have one, and no waiting or trying again would help.
  private func refuseNameOfAnother(_ key: ResourceKey) async throws(DatastoreError) {
    guard form.kind == .ipamHandle else { return }
    let object = try await calling(key) { () async throws(KubernetesError) in
      try await read(form.customName(key.name), key)
    }
    guard let object, !object.isDeleted, object.key != key else { return }
    throw .validation([
      FieldProblem(
        "metadata", "name",
        message: "differs from \(object.key) in letter case only, which names in Kubernetes lack",
        value: key.name)
    ])
  }

  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    let key = resource.key
    let revision = resource.metadata.resourceVersion ?? ""
    var stored = recent.find(key, revision: revision)
    if stored == nil {
      guard let object = try await find(key) else { throw .doesNotExist(key) }
      guard object.revision == revision else { throw .updateConflict(key) }
      stored = object.value
    }
    guard let stored, let metadata = stored["metadata"], let name = metadata["name"]?.string else {
      throw .doesNotExist(key)
    }
    var new = resource
    if let known = form.identity(metadata) {
      if new.metadata.uid == nil { new.metadata.uid = known.uid }
      if new.metadata.creationTimestamp == nil {
        new.metadata.creationTimestamp = known.creationTimestamp
      }
    }
    let value = try form.encode(new, over: stored)
    do throws(DatastoreError) {
      return try await written(key) { () async throws(KubernetesError) in
        try await client.replace(form.resource, namespace: key.namespace, name: name, value)
      }
    } catch {
      if error.isConflict { recent.forget(key) }
      throw error
    }
  }

  func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource {
    for _ in 0..<Self.attempts {
      guard let object = try await find(key) else { throw .doesNotExist(key) }
      if let revision, revision != object.revision { throw .updateConflict(key) }
      do throws(DatastoreError) {
        try await calling(key) { () async throws(KubernetesError) in
          if form.isDeletedInTwoSteps {
            await remove(try await mark(object))
          } else {
            try await client.delete(
              form.resource, namespace: key.namespace, name: object.name,
              .init(uid: object.uid, revision: object.revision))
          }
        }
        recent.forget(key)
        return object.resource
      } catch {
        guard case .updateConflict = error, revision == nil else { throw error }
      }
    }
    throw .updateConflict(key)
  }

  /// Marks an object as deleted, which decides that it is: only one writer can.
  private func mark(
    _ object: CustomForm.Object
  ) async throws(KubernetesError) -> CustomForm.Object {
    var value = object.value
    var spec = value["spec"] ?? .object([])
    spec["deleted"] = form.kind == .blockAffinity ? "true" : true
    value["spec"] = spec
    // It has its revision in it, so that whoever wrote since it was read wins.
    let marked = try await client.replace(
      form.resource, namespace: object.key.namespace, name: object.name, value)
    guard case .json(let value) = marked else { return object }
    return form.decode(value)
  }

  /// Removes an object that is marked as deleted. It counts as gone already, so that a failure is
  /// made good by whoever meets it next.
  private func remove(_ object: CustomForm.Object) async {
    try? await client.delete(
      form.resource, namespace: object.key.namespace, name: object.name,
      .init(uid: object.uid, revision: object.revision))
  }

  private func written(
    _ key: ResourceKey, _ call: () async throws(KubernetesError) -> RawObject
  ) async throws(DatastoreError) -> any Resource {
    guard case .json(let value) = try await calling(key, call) else {
      throw .failed("the answer to a write of \(key) is no object")
    }
    let object = form.decode(value)
    recent.note(object)
    return object.resource
  }

  private func calling<R>(
    _ key: ResourceKey, _ call: () async throws(KubernetesError) -> R
  ) async throws(DatastoreError) -> R {
    do throws(KubernetesError) {
      return try await call()
    } catch {
      throw DatastoreError(error, key, form.resource)
    }
  }
}
