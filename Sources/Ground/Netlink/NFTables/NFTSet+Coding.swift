// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension NFTSet {
  private static let verdictType: UInt32 = 0xffff_ff00

  init?(family: NFTFamily, _ payload: NetlinkReader) {
    let attributes = AttributeTable(payload, upTo: 18)
    guard let table = attributes.string(1), let name = attributes.string(2) else { return nil }
    self.table = NFTTableID(family, table)
    self.name = name
    flags = Flags(rawValue: attributes.be32(3) ?? 0)
    keyType = attributes.be32(4) ?? 0
    keyLength = attributes.be32(5) ?? 0
    if let type = attributes.be32(6) {
      data =
        type == Self.verdictType ? .verdict : .value(type: type, length: attributes.be32(7) ?? 0)
    } else if let type = attributes.be32(15) {
      data = .object(type: type)
    } else {
      data = nil
    }
    prefersMemory = attributes.be32(8) == 1
    size = nil
    fieldLengths = []
    if let description = attributes[9] {
      let inner = AttributeTable(description, upTo: 2)
      size = inner.be32(1)
      fieldLengths =
        inner[2]?.attributes.compactMap { $0.value.attribute(1)?.loadBigEndian() } ?? []
    }
    id = attributes.be32(10) ?? 0
    timeoutMilliseconds = attributes.be64(11)
    collectionMilliseconds = attributes.be32(12)
    userData = NFTUserData(bytes: attributes[13]?.bytes ?? [])
    handle = attributes.be64(16)
    if let one = attributes[17] {
      expressions = NFTExpression(one).map { [$0] } ?? []
    } else {
      expressions = attributes[18].map { NFTExpression.list($0) } ?? []
    }
  }

  /// The attributes of a message (`NFTA_SET_*`).
  public func encode(into writer: inout NetlinkWriter) {
    writer.put(1, string: table.name)
    writer.put(2, string: name)
    writer.put(3, bigEndian: flags.rawValue)
    writer.put(4, bigEndian: keyType)
    writer.put(5, bigEndian: keyLength)
    switch data {
    case .verdict:
      writer.put(6, bigEndian: Self.verdictType)
      writer.put(7, bigEndian: UInt32(0))
    case .value(let type, let length):
      writer.put(6, bigEndian: type)
      writer.put(7, bigEndian: length)
    case .object(let type): writer.put(15, bigEndian: type)
    case nil: break
    }
    if prefersMemory { writer.put(8, bigEndian: UInt32(1)) }
    writer.put(10, bigEndian: id)
    if size != nil || !fieldLengths.isEmpty {
      writer.nested(9) { writer in
        if let size { writer.put(1, bigEndian: size) }
        guard !fieldLengths.isEmpty else { return }
        writer.nested(2) { writer in
          for length in fieldLengths { writer.nested(1) { $0.put(1, bigEndian: length) } }
        }
      }
    }
    if let timeoutMilliseconds { writer.put(11, bigEndian: timeoutMilliseconds) }
    if let collectionMilliseconds { writer.put(12, bigEndian: collectionMilliseconds) }
    if !userData.isEmpty { writer.put(13, bytes: userData.bytes) }
    if let handle { writer.put(16, bigEndian: handle) }
    if expressions.count == 1 {
      writer.nested(17) { expressions[0].encode(into: &$0) }
    } else if !expressions.isEmpty {
      writer.nested(18) { writer in
        for expression in expressions { writer.nested(1) { expression.encode(into: &$0) } }
      }
    }
  }
}
