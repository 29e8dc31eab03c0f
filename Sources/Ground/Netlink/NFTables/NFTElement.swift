// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// An element of a set or map.
public struct NFTElement: Hashable, Sendable {
  /// Empty for the element that catches all.
  public var key: [UInt8]
  /// The last key of an interval, of a set of intervals over several fields.
  public var keyEnd: [UInt8]?
  public var data: NFTData?
  public var flags: Flags
  public var timeoutMilliseconds: UInt64?
  /// How long it has still to live.
  public var expirationMilliseconds: UInt64?
  /// Its counter and the like.
  public var expressions: [NFTExpression]
  /// The stateful object of a map of objects.
  public var object: String?
  public var userData: NFTUserData

  public init(
    _ key: [UInt8], through keyEnd: [UInt8]? = nil, data: NFTData? = nil, flags: Flags = [],
    timeoutMilliseconds: UInt64? = nil, counter: (packets: UInt64, bytes: UInt64)? = nil,
    object: String? = nil, comment: String? = nil
  ) {
    self.key = key
    self.keyEnd = keyEnd
    self.data = data
    self.flags = flags
    self.timeoutMilliseconds = timeoutMilliseconds
    expressions = counter.map { [.counter(packets: $0.packets, bytes: $0.bytes)] } ?? []
    self.object = object
    userData = NFTUserData()
    self.comment = comment
  }

  /// The element that matches what no other does.
  public static func catchAll(data: NFTData? = nil) -> NFTElement {
    NFTElement([], data: data, flags: .catchAll)
  }

  /// The elements that make an interval in a set of intervals over a single field: its beginning,
  /// and the end just after it unless that is beyond the last key.
  public static func interval(
    from first: [UInt8], through last: [UInt8], data: NFTData? = nil, comment: String? = nil
  ) -> [NFTElement] {
    let start = NFTElement(first, data: data, comment: comment)
    var end = last
    for index in end.indices.reversed() {
      end[index] &+= 1
      if end[index] != 0 { return [start, NFTElement(end, flags: .intervalEnd)] }
    }
    return [start]
  }

  /// Shown by `nft list`.
  public var comment: String? {
    get { userData.text(NFTUserData.comment) }
    set { userData.setText(NFTUserData.comment, newValue) }
  }

  /// The packets and bytes counted, when it has a counter.
  public var counter: (packets: UInt64, bytes: UInt64)? {
    for case .counter(let packets, let bytes) in expressions { return (packets, bytes) }
    return nil
  }

  /// Without what the kernel adds: no remaining time, counters at zero.
  public var withoutState: NFTElement {
    var element = self
    element.expirationMilliseconds = nil
    element.expressions = expressions.map(\.withoutState)
    return element
  }

  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// The first key after an interval.
    public static let intervalEnd = Flags(rawValue: 0x1)
    public static let catchAll = Flags(rawValue: 0x2)
  }
}

extension NFTElement {
  init?(_ reader: NetlinkReader) {
    self.init([])
    for attribute in reader.attributes {
      let value = attribute.value
      switch attribute.type {
      case 1: key = value.attribute(1)?.bytes ?? []
      case 2:
        guard let decoded = NFTData(value) else { return nil }
        data = decoded
      case 3: flags = Flags(rawValue: value.loadBigEndian() ?? 0)
      case 4: timeoutMilliseconds = value.loadBigEndian()
      case 5: expirationMilliseconds = value.loadBigEndian()
      case 6: userData = NFTUserData(bytes: value.bytes)
      case 7: expressions = NFTExpression(value).map { [$0] } ?? []
      case 9: object = value.string
      case 10: keyEnd = value.attribute(1)?.bytes
      case 11: expressions = NFTExpression.list(value)
      default: break
      }
    }
    if key.isEmpty, !flags.contains(.catchAll) { return nil }
  }

  /// The attributes (`NFTA_SET_ELEM_*`).
  public func encode(into writer: inout NetlinkWriter) {
    if !key.isEmpty { writer.put(1, data: key) }
    if let keyEnd { writer.put(10, data: keyEnd) }
    data?.encode(as: 2, into: &writer)
    if !flags.isEmpty { writer.put(3, bigEndian: flags.rawValue) }
    if let timeoutMilliseconds { writer.put(4, bigEndian: timeoutMilliseconds) }
    if let expirationMilliseconds { writer.put(5, bigEndian: expirationMilliseconds) }
    if expressions.count == 1 {
      writer.nested(7) { expressions[0].encode(into: &$0) }
    } else if !expressions.isEmpty {
      writer.nested(11) { writer in
        for expression in expressions { writer.nested(1) { expression.encode(into: &$0) } }
      }
    }
    if let object { writer.put(9, string: object) }
    if !userData.isEmpty { writer.put(6, bytes: userData.bytes) }
  }
}
