// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// A column of a table of resources.
public struct TableColumn<R>: Sendable {
  public let heading: String
  public let cell: @Sendable (R, TableContext) -> String

  public init(_ heading: String, _ cell: @escaping @Sendable (R) -> String) {
    self.heading = heading
    self.cell = { resource, _ in cell(resource) }
  }

  /// A column whose cells depend on more than the resource.
  public init(_ heading: String, in cell: @escaping @Sendable (R, TableContext) -> String) {
    self.heading = heading
    self.cell = cell
  }
}

extension TableColumn where R: Resource {
  static func order(_ order: @escaping @Sendable (R) -> Double?) -> TableColumn {
    TableColumn("ORDER") { resource in
      guard let order = order(resource) else { return "<nil>" }
      return order.encode().int.map(String.init) ?? order.description
    }
  }

  /// The column that nearly every table begins with.
  static var name: TableColumn { TableColumn("NAME") { $0.metadata.name } }

  /// A list, comma-separated, cut after 80 characters where calicoctl does (compatibility §8.2).
  static func list(
    _ heading: String, limit: Int? = nil, _ items: @escaping @Sendable (R) -> [String]
  ) -> TableColumn {
    TableColumn(heading) { resource in
      let text = items(resource).joined(separator: ",")
      guard let limit, text.count > limit else { return text }
      return text.prefix(limit - 3) + "..."
    }
  }
}

extension Resource {
  /// The headings of a table of such resources.
  public static func headings(wide: Bool = false) -> [String] {
    (wide ? wideColumns : columns).map(\.heading)
  }

  /// This resource's row under those headings.
  public func row(wide: Bool = false, in context: TableContext = TableContext()) -> [String] {
    (wide ? Self.wideColumns : Self.columns).map { $0.cell(self, context) }
  }
}
