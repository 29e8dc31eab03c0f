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
    case .table: return try await tables(found, .standard)
    case .wide: return try await tables(found, .wide)
    case .columns(let headings): return try await tables(found, .chosen(headings))
    case .yaml: return Self.value(of: found).map { YAML.encode(Self.sorted($0)) } ?? ""
    case .json: return Self.value(of: found).map { JSON.encode($0, indent: 2) + "\n" } ?? ""
    }
  }

  // MARK: - Tables

  private enum Columns {
    case standard
    case wide
    case chosen([String])
  }

  /// One table for each kind, in the order in which the kinds come.
  private func tables(_ found: FoundResources, _ columns: Columns) async throws -> String {
    var kinds = found.list.map { [$0.kind] } ?? []
    for item in found.items where !kinds.contains(item.key.kind) { kinds.append(item.key.kind) }
    var context = TableContext()
    if case .standard = columns {
    } else if kinds.contains(.node),
      let configuration = try await store.find(BGPConfiguration.self, "default")
    {
      context.defaultASNumber = configuration.spec.effectiveASNumber
    }
    return try kinds.map { kind in
      let items = found.items.filter { $0.key.kind == kind }
      switch columns {
      case .standard: return table(kind, items, wide: false, context)
      case .wide: return table(kind, items, wide: true, context)
      case .chosen(let headings): return try table(kind, items, headings, context)
      }
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

  /// A table of some of the columns that the kind's tables have.
  private func table(
    _ kind: Kind, _ items: [any Resource], _ headings: [String], _ context: TableContext
  ) throws -> String {
    let narrow = kind.type.headings()
    var known = (kind.isNamespaced ? ["NAMESPACE"] : []) + narrow
    known += kind.type.headings(wide: true).filter { !known.contains($0) }
    let wanted = headings.map { $0.uppercased() }
    if let wrong = zip(wanted, headings).first(where: { !known.contains($0.0) }) {
      throw CommandFailure(
        "unknown heading \(wrong.1.onOneLine), valid values are: \(known.joined(separator: ", "))")
    }
    var table = ColumnTable([wanted])
    for item in items {
      var cells = ["NAMESPACE": item.metadata.namespace ?? ""]
      for wide in [true, false] {
        let row = zip(kind.type.headings(wide: wide), item.row(wide: wide, in: context))
        cells.merge(row.map { ($0.0, $0.1) }) { $1 }
      }
      table.rows.append(wanted.map { cells[$0] ?? "" })
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
