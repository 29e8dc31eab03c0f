// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources
import ValueTree

/// Turns resources into text.
struct ResourcePrinter {
  let store: any Datastore
  /// Whether tables of namespaced kinds say the namespace.
  let showsNamespace: Bool

  init(_ store: any Datastore, showsNamespace: Bool) {
    self.store = store
    self.showsNamespace = showsNamespace
  }

  func text(of found: FoundResources, _ format: OutputFormat) async throws -> String {
    switch format {
    case .table: return try await tables(found, wide: false)
    case .wide: return try await tables(found, wide: true)
    case .yaml: return Self.value(of: found).map { YAML.encode(Self.sorted($0)) } ?? ""
    case .json: return Self.value(of: found).map { JSON.encode($0, indent: 2) } ?? ""
    }
  }

  // MARK: - Tables

  /// One table for each kind, in the order in which the kinds come.
  private func tables(_ found: FoundResources, wide: Bool) async throws -> String {
    var kinds = found.list.map { [$0.kind] } ?? []
    for item in found.items where !kinds.contains(item.key.kind) { kinds.append(item.key.kind) }
    var context = TableContext()
    if wide, kinds.contains(.node),
      let configuration = try await store.find(BGPConfiguration.self, "default")
    {
      context.defaultASNumber = configuration.spec.effectiveASNumber
    }
    return kinds.map { kind in
      table(kind, found.items.filter { $0.key.kind == kind }, wide: wide, context)
    }.joined()
  }

  private func table(
    _ kind: Kind, _ items: [any Resource], wide: Bool, _ context: TableContext
  ) -> String {
    let hasNamespace = showsNamespace && kind.isNamespaced
    var table = ColumnTable([(hasNamespace ? ["NAMESPACE"] : []) + kind.type.headings(wide: wide)])
    for item in items {
      let namespace = hasNamespace ? [item.metadata.namespace ?? ""] : []
      table.rows.append(namespace + item.row(wide: wide, in: context))
    }
    return table.text + "\n"
  }

  // MARK: - Objects

  /// One object by itself, a list of a kind as such, several as a bare list; nil for none.
  private static func value(of found: FoundResources) -> Value? {
    let items = found.items.map { $0.encode() }
    if let (kind, revision) = found.list {
      return .object([
        .init("kind", .string("\(kind.rawValue)List")),
        .init("apiVersion", .string(IPPool.apiVersion)),
        .init("metadata", revision.map { ["resourceVersion": .string($0)] } ?? .object([])),
        .init("items", .array(items)),
      ])
    }
    guard items.count != 1 else { return items.first }
    return items.isEmpty ? nil : .array(items)
  }

  /// The value with the members of every object by name, as Calico's YAML has them.
  private static func sorted(_ value: Value) -> Value {
    switch value {
    case .array(let items):
      return .array(items.map(sorted))
    case .object(let members):
      return .object(
        members.sorted { $0.key < $1.key }.map { Value.Member($0.key, sorted($0.value)) })
    default:
      return value
    }
  }
}
