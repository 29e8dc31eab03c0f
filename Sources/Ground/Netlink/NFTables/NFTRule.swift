// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A rule of a chain: expressions that are evaluated in order, up to the first that does not match.
public struct NFTRule: Hashable, Sendable {
  public var table: NFTTableID
  public var chain: String
  public var expressions: [NFTExpression]
  public var userData: NFTUserData
  /// Given by the kernel; `nil` in a new one.
  public var handle: UInt64?

  public init(
    _ table: NFTTableID, chain: String, _ expressions: [NFTExpression], comment: String? = nil
  ) {
    self.table = table
    self.chain = chain
    self.expressions = expressions
    userData = NFTUserData()
    self.comment = comment
  }

  /// Shown by `nft list`.
  public var comment: String? {
    get { userData.text(NFTUserData.comment) }
    set { userData.setText(NFTUserData.comment, newValue) }
  }

  /// Without what the kernel adds: no handle, counters at zero. Two rules that do the same are
  /// equal in this form.
  public var withoutState: NFTRule {
    var rule = self
    rule.handle = nil
    rule.expressions = expressions.map(\.withoutState)
    return rule
  }

  /// Where a rule goes.
  public enum Placement: Hashable, Sendable {
    /// To the chain's end.
    case last
    /// To the chain's beginning.
    case first
    case after(handle: UInt64)
    case before(handle: UInt64)
    /// In the place of the rule whose handle it has.
    case replacing
  }
}

extension NFTRule {
  init?(family: NFTFamily, _ payload: NetlinkReader) {
    let attributes = AttributeTable(payload, upTo: 7)
    guard let table = attributes.string(1), let chain = attributes.string(2) else { return nil }
    self.table = NFTTableID(family, table)
    self.chain = chain
    handle = attributes.be64(3)
    userData = NFTUserData(bytes: attributes[7]?.bytes ?? [])
    expressions = attributes[4].map { NFTExpression.list($0) } ?? []
  }

  /// The attributes of a message (`NFTA_RULE_*`) but for the position.
  public func encode(into writer: inout NetlinkWriter) {
    writer.put(1, string: table.name)
    writer.put(2, string: chain)
    if let handle { writer.put(3, bigEndian: handle) }
    writer.nested(4) { writer in
      for expression in expressions { writer.nested(1) { expression.encode(into: &$0) } }
    }
    if !userData.isEmpty { writer.put(7, bytes: userData.bytes) }
  }
}
