// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What packets a table sees (`NFPROTO_*` of linux/netfilter.h).
public enum NFTFamily: UInt8, Hashable, Sendable, CaseIterable {
  case inet = 1
  case ipv4 = 2
  case arp = 3
  case netdev = 5
  case bridge = 7
  case ipv6 = 10
}

/// Which table: names are only unique within a family.
public struct NFTTableID: Hashable, Sendable, CustomStringConvertible {
  public var family: NFTFamily
  public var name: String

  public init(_ family: NFTFamily, _ name: String) {
    self.family = family
    self.name = name
  }

  public var description: String { "\(family) \(name)" }
}

/// A table of nf_tables.
public struct NFTTable: Hashable, Sendable {
  public var id: NFTTableID
  public var flags: Flags
  public var userData: NFTUserData
  /// Given by the kernel; `nil` in a new one.
  public var handle: UInt64?
  /// The port of the socket that owns it, with the flag `owner`.
  public var owner: UInt32?

  public init(_ id: NFTTableID, flags: Flags = [], comment: String? = nil) {
    self.id = id
    self.flags = flags
    userData = NFTUserData()
    self.comment = comment
  }

  /// Shown by `nft list`.
  public var comment: String? {
    get { userData.text(NFTUserData.comment) }
    set { userData.setText(NFTUserData.comment, newValue) }
  }

  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Its chains are not run.
    public static let dormant = Flags(rawValue: 0x1)
    /// Only the socket that made it may change it.
    public static let owner = Flags(rawValue: 0x2)
    /// It stays when that socket is closed (Linux 6.9).
    public static let persist = Flags(rawValue: 0x4)
  }
}

extension NFTTable {
  init?(family: NFTFamily, _ payload: NetlinkReader) {
    let attributes = AttributeTable(payload, upTo: 7)
    guard let name = attributes.string(1) else { return nil }
    id = NFTTableID(family, name)
    flags = Flags(rawValue: attributes.be32(2) ?? 0)
    handle = attributes.be64(4)
    userData = NFTUserData(bytes: attributes[6]?.bytes ?? [])
    owner = attributes.be32(7)
  }

  /// The attributes of a message (`NFTA_TABLE_*`).
  public func encode(into writer: inout NetlinkWriter) {
    writer.put(1, string: id.name)
    writer.put(2, bigEndian: flags.rawValue)
    if let handle { writer.put(4, bigEndian: handle) }
    if !userData.isEmpty { writer.put(6, bytes: userData.bytes) }
    if let owner { writer.put(7, bigEndian: owner) }
  }
}
