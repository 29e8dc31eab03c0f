// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// What is asked for.
enum ResourceQuery {
  case list(ListQuery)
  case keys([ResourceKey])

  /// Whether anything is asked for of which every datastore has something.
  var showsBuiltIns: Bool {
    switch self {
    case .list(let query): BuiltInObjects.kinds.contains(query.kind)
    case .keys(let keys): keys.contains { BuiltInObjects.kinds.contains($0.kind) }
    }
  }

  func run(_ store: any Datastore) async throws(DatastoreError) -> FoundResources {
    var found = FoundResources()
    switch self {
    case .list(let query):
      let result = try await store.list(query)
      found.items = Self.inOrder(result.items)
      found.missing = result.malformed.map { .unreadable($0) }
      found.list = (query.kind, result.revision)
    case .keys(let keys):
      for key in keys {
        do {
          found.items.append(try await store.get(key))
        } catch {
          switch error {
          case .doesNotExist, .unreadable: found.missing.append(error)
          default: throw error
          }
        }
      }
    }
    return found
  }

  /// Tiers in the order in which they decide; all else as the store has it, by key.
  private static func inOrder(_ items: [any Resource]) -> [any Resource] {
    guard items.allSatisfy({ $0 is Tier }) else { return items }
    return items.compactMap { $0 as? Tier }.sorted {
      let (a, b) = ($0.spec.order ?? .infinity, $1.spec.order ?? .infinity)
      return (a, $0.metadata.name) < (b, $1.metadata.name)
    }
  }
}
