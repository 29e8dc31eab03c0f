// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import Resources

/// The resources of one kind, whatever they are made of.
protocol KindStore: Sendable {
  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource
  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource
  func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource
  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource
  /// The items in any order; the revision is that of `sources`, in their order, joined by `/`.
  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult
  /// What must be watched to know of every change.
  func sources(_ query: ListQuery) -> [WatchSource]
}

/// One collection of the API from which resources of a kind come.
struct WatchSource: Sendable {
  enum Change: Sendable {
    case set(RawObject)
    case deleted(RawObject)
  }

  var resource: APIResource
  var selection: KubernetesClient.Selection
  /// What a change of the collection means for the kind.
  var convert: @Sendable (Change) async throws(KubernetesError) -> [WatchEvent]
}

/// A revision of a list that was made of several collections.
enum CompositeRevision {
  static func join(_ parts: [String]) -> String { parts.joined(separator: "/") }

  /// Nil for what is no revision of so many collections.
  static func split(_ text: String, count: Int) -> [String]? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    return parts.count == count && parts.allSatisfy(isRevision) ? parts : nil
  }

  /// Whether the API takes it for a revision of an object.
  static func isRevision(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 20 && text.utf8.allSatisfy { (48...57).contains($0) }
  }
}
