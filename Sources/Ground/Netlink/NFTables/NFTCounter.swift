// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A named counter of a table, which rules refer to.
public struct NFTCounter: Hashable, Sendable {
  public var table: NFTTableID
  public var name: String
  public var packets: UInt64
  public var bytes: UInt64
  public var userData: NFTUserData
  /// Given by the kernel; `nil` in a new one.
  public var handle: UInt64?

  /// `NFT_OBJECT_COUNTER`.
  static let type: UInt32 = 1

  public init(
    _ table: NFTTableID, _ name: String, packets: UInt64 = 0, bytes: UInt64 = 0,
    comment: String? = nil
  ) {
    self.table = table
    self.name = name
    self.packets = packets
    self.bytes = bytes
    userData = NFTUserData()
    self.comment = comment
  }

  /// Shown by `nft list`.
  public var comment: String? {
    get { userData.text(NFTUserData.comment) }
    set { userData.setText(NFTUserData.comment, newValue) }
  }

  /// `nil` for objects of other types too.
  init?(family: NFTFamily, _ payload: NetlinkReader) {
    let attributes = AttributeTable(payload, upTo: 8)
    guard let table = attributes.string(1), let name = attributes.string(2),
      attributes.be32(3) == Self.type
    else { return nil }
    self.table = NFTTableID(family, table)
    self.name = name
    let data = AttributeTable(attributes[4] ?? NetlinkReader([]), upTo: 2)
    bytes = data.be64(1) ?? 0
    packets = data.be64(2) ?? 0
    handle = attributes.be64(6)
    userData = NFTUserData(bytes: attributes[8]?.bytes ?? [])
  }

  /// The attributes of a message (`NFTA_OBJ_*`).
  public func encode(into writer: inout NetlinkWriter) {
    writer.put(1, string: table.name)
    writer.put(2, string: name)
    writer.put(3, bigEndian: Self.type)
    writer.nested(4) { writer in
      writer.put(1, bigEndian: bytes)
      writer.put(2, bigEndian: packets)
    }
    if let handle { writer.put(6, bigEndian: handle) }
    if !userData.isEmpty { writer.put(8, bytes: userData.bytes) }
  }
}
