// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import FoundationEssentials
import KubernetesClient
import KubernetesModel
import Resources
import SwiftProtobuf

/// Calls about one collection of Kubernetes' own, with objects of one message.
struct CoreCalls<Message: SwiftProtobuf.Message & Sendable>: Sendable {
  let client: KubernetesClient
  let resource: APIResource

  func calling<R>(
    _ key: ResourceKey, _ call: () async throws(KubernetesError) -> R
  ) async throws(DatastoreError) -> R {
    do throws(KubernetesError) {
      return try await call()
    } catch {
      throw DatastoreError(error, key, resource)
    }
  }

  func decode(_ object: RawObject) throws(KubernetesError) -> Message {
    guard case .protobuf(let bytes) = object else {
      throw .malformed("an object of \(resource) is not in the protobuf form")
    }
    do {
      return try ProtobufForm.decode(Message.self, bytes)
    } catch {
      throw .malformed("an object of \(resource) cannot be read: \(error)")
    }
  }

  func get(
    _ key: ResourceKey, namespace: String?, name: String
  ) async throws(DatastoreError) -> Message {
    try await calling(key) { () async throws(KubernetesError) in
      try decode(try await client.get(resource, namespace: namespace, name: name))
    }
  }

  /// All objects. One that cannot be read is named among the unreadable ones.
  func list(
    _ kind: Kind, _ selection: KubernetesClient.Selection = .init()
  ) async throws(DatastoreError) -> (items: [Message], revision: String) {
    try await calling(ResourceKey(kind: kind, name: "")) { () async throws(KubernetesError) in
      let listing = try await client.list(resource, selection)
      var items: [Message] = []
      items.reserveCapacity(listing.items.count)
      for item in listing.items { items.append(try decode(item)) }
      return (items, listing.revision)
    }
  }
}
