// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A set, or with `data` a map.
public struct NFTSet: Hashable, Sendable {
  public var table: NFTTableID
  /// Up to 255 bytes. An anonymous set has a pattern such as "__set%d".
  public var name: String
  /// A number by which rules and elements of the same batch refer to an anonymous set; otherwise 0.
  public var id: UInt32
  public var flags: Flags
  /// What the fields of the key are, for `nft list`: six bits each.
  public var keyType: UInt32
  /// Bytes, each field of a concatenation padded to four.
  public var keyLength: UInt32
  /// The bytes of each field, unpadded, with the flag `concatenation`; otherwise empty.
  public var fieldLengths: [UInt32]
  public var data: DataKind?
  /// The most elements it may have; also fixes the size of a hash table.
  public var size: UInt32?
  /// How long an element lives that does not say so itself.
  public var timeoutMilliseconds: UInt64?
  /// How often dead elements are cleared away.
  public var collectionMilliseconds: UInt32?
  /// Rather small than fast (`NFT_SET_POL_MEMORY`).
  public var prefersMemory: Bool
  /// What every element has of its own: a counter.
  public var expressions: [NFTExpression]
  public var userData: NFTUserData
  /// Given by the kernel; `nil` in a new one.
  public var handle: UInt64?

  /// A set over fields of these types.
  ///
  /// Flags that follow from the rest are added: `map`, `concatenation` (intervals over several
  /// fields) and `timeout`. `nft list` learns the byte orders that it needs.
  public init(
    _ table: NFTTableID, _ name: String, key: [NFTType], data: DataKind? = nil, flags: Flags = [],
    size: UInt32? = nil, timeoutMilliseconds: UInt64? = nil, counter: Bool = false, id: UInt32 = 0,
    comment: String? = nil
  ) {
    self.table = table
    self.name = name
    self.id = id
    self.flags = flags
    self.data = data
    self.size = size
    self.timeoutMilliseconds = timeoutMilliseconds
    keyType = key.reduce(0) { $0 << 6 | $1.rawValue & 0x3f }
    keyLength =
      key.count == 1 ? key[0].length : key.reduce(0) { $0 + ($1.length + 3) & ~3 }
    fieldLengths = key.count > 1 && flags.contains(.interval) ? key.map(\.length) : []
    prefersMemory = false
    expressions = counter ? [.counter(packets: 0, bytes: 0)] : []
    userData = NFTUserData()
    if data != nil { self.flags.insert(.map) }
    if flags.contains(.interval), key.count > 1 { self.flags.insert(.concatenation) }
    if timeoutMilliseconds != nil { self.flags.insert(.timeout) }
    userData.setNumber(NFTUserData.keyByteOrder, key.count == 1 ? key[0].byteOrder : 0)
    if let data {
      var order: UInt32 = 0
      if case .value(let type, _) = data { order = NFTType(rawValue: type).byteOrder }
      userData.setNumber(NFTUserData.dataByteOrder, order)
      userData.setNumber(NFTUserData.dataInterval, 0)
    }
    self.comment = comment
  }

  /// The types of the key's fields.
  public var key: [NFTType] {
    var fields: [NFTType] = []
    var rest = keyType
    while rest != 0 {
      fields.insert(NFTType(rawValue: rest & 0x3f), at: 0)
      rest >>= 6
    }
    return fields
  }

  /// Shown by `nft list`.
  public var comment: String? {
    get { userData.text(NFTUserData.setComment) }
    set { userData.setText(NFTUserData.setComment, newValue) }
  }

  /// Without what the kernel adds or only a batch needs: no handle, no ID, counters at zero.
  public var withoutState: NFTSet {
    var set = self
    set.handle = nil
    set.id = 0
    set.expressions = expressions.map(\.withoutState)
    return set
  }

  /// What a map leads to.
  public enum DataKind: Hashable, Sendable {
    case verdict
    /// A value of a type (as in `keyType`) and a length in bytes.
    case value(type: UInt32, length: UInt32)
    /// A stateful object of a type (`NFT_OBJECT_*`).
    case object(type: UInt32)

    public static func value(_ type: NFTType) -> DataKind {
      .value(type: type.rawValue, length: type.length)
    }
  }

  /// `NFT_SET_*` of linux/netfilter/nf_tables.h.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Belongs to the rule that uses it and goes with it.
    public static let anonymous = Flags(rawValue: 0x1)
    /// Does not change once a rule uses it.
    public static let constant = Flags(rawValue: 0x2)
    public static let interval = Flags(rawValue: 0x4)
    public static let map = Flags(rawValue: 0x8)
    public static let timeout = Flags(rawValue: 0x10)
    /// Rules may add to it (`dynamic` of nft).
    public static let dynamic = Flags(rawValue: 0x20)
    public static let object = Flags(rawValue: 0x40)
    /// Intervals over several fields.
    public static let concatenation = Flags(rawValue: 0x80)
  }
}

/// Which set, within a batch.
public struct NFTSetID: Hashable, Sendable, CustomStringConvertible {
  public var table: NFTTableID
  public var name: String
  /// See `NFTSet.id`.
  public var id: UInt32

  public init(_ table: NFTTableID, _ name: String, id: UInt32 = 0) {
    self.table = table
    self.name = name
    self.id = id
  }

  public var description: String { "\(table) \(name)" }
}
