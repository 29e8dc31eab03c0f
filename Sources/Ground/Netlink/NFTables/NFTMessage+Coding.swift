// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

extension NFTMessage {
  /// The longest list of elements in one message, in bytes: an attribute's length has 16 bits, and
  /// the element that goes beyond this limit must still fit.
  static let elementListLimit = 56 << 10

  /// Deletes many objects at once, each of which the kernel would echo.
  var isSweeping: Bool {
    switch self {
    case .deleteTable, .flushChain, .flushSet: true
    default: false
    }
  }

  var type: UInt16 {
    switch self {
    case .newTable: NFTMessageType.newTable
    case .deleteTable: NFTMessageType.deleteTable
    case .newChain: NFTMessageType.newChain
    case .deleteChain: NFTMessageType.deleteChain
    case .newRule: NFTMessageType.newRule
    case .flushChain, .deleteRule: NFTMessageType.deleteRule
    case .newSet: NFTMessageType.newSet
    case .deleteSet: NFTMessageType.deleteSet
    case .newElements: NFTMessageType.newElement
    case .deleteElements, .flushSet: NFTMessageType.deleteElement
    case .newCounter: NFTMessageType.newObject
    case .deleteCounter: NFTMessageType.deleteObject
    }
  }

  var flags: NetlinkFlags {
    switch self {
    case .newTable, .newChain, .newSet, .newElements, .newCounter: [.create]
    case .newRule(_, let placement):
      switch placement {
      case .last, .after: [.create, .append]
      case .first, .before: [.create]
      case .replacing: [.replace]
      }
    default: []
    }
  }

  /// The message as a datagram of its own, as the kernel would send it in answer to a request of
  /// this number: for simulators. Only as many elements as fit.
  public func bytes(sequence: UInt32) -> [UInt8] {
    var writer = NetlinkWriter()
    writer.message(type: type, flags: flags.union(.multipart), sequence: sequence) { writer in
      _ = encode(into: &writer)
    }
    return writer.bytes
  }

  /// The header of nf_tables and the attributes. Elements are written from `position` on, as many
  /// as fit; the first that is not written is returned, `nil` when nothing is left.
  func encode(
    into writer: inout NetlinkWriter, elementsFrom position: Int = 0,
    listLimit: Int = elementListLimit
  ) -> Int? {
    writer.appendNetfilterHeader(family: table.family.rawValue)
    switch self {
    case .newTable(let table): table.encode(into: &writer)
    case .deleteTable(let id): writer.put(1, string: id.name)
    case .newChain(let chain): chain.encode(into: &writer)
    case .deleteChain(let id, let name):
      writer.put(1, string: id.name)
      writer.put(3, string: name)
    case .newRule(let rule, let placement):
      rule.encode(into: &writer)
      switch placement {
      case .after(let handle), .before(let handle): writer.put(6, bigEndian: handle)
      default: break
      }
    case .flushChain(let id, let chain):
      writer.put(1, string: id.name)
      writer.put(2, string: chain)
    case .deleteRule(let id, let chain, let handle):
      writer.put(1, string: id.name)
      writer.put(2, string: chain)
      writer.put(3, bigEndian: handle)
    case .newSet(let set): set.encode(into: &writer)
    case .deleteSet(let id):
      writer.put(1, string: id.table.name)
      writer.put(2, string: id.name)
      if id.id != 0 { writer.put(10, bigEndian: id.id) }
    case .newElements(let id, let elements), .deleteElements(let id, let elements):
      return Self.encode(id, elements, from: position, limit: listLimit, into: &writer)
    case .flushSet(let id): _ = Self.encode(id, nil, from: 0, limit: 0, into: &writer)
    case .newCounter(let counter): counter.encode(into: &writer)
    case .deleteCounter(let id, let name):
      writer.put(1, string: id.name)
      writer.put(2, string: name)
      writer.put(3, bigEndian: NFTCounter.type)
    }
    return nil
  }

  private static func encode(
    _ id: NFTSetID, _ elements: [NFTElement]?, from position: Int, limit: Int,
    into writer: inout NetlinkWriter
  ) -> Int? {
    writer.put(1, string: id.table.name)
    writer.put(2, string: id.name)
    if id.id != 0 { writer.put(4, bigEndian: id.id) }
    guard let elements else { return nil }
    var next = position
    writer.nested(3) { writer in
      let start = writer.count
      while next < elements.count, writer.count - start < limit {
        writer.nested(1) { elements[next].encode(into: &$0) }
        next += 1
      }
    }
    return next < elements.count ? next : nil
  }

  /// Reads a message of the subsystem nf_tables. `nil` for what is not a change of an object that
  /// this library knows, or is not whole.
  public init?(_ message: NetlinkMessage) {
    guard let rawFamily: UInt8 = message.payload.load(0),
      let family = NFTFamily(rawValue: rawFamily)
    else { return nil }
    let payload = message.payload.dropping(4)
    let decoded: NFTMessage? =
      switch message.type {
      case NFTMessageType.newTable: NFTTable(family: family, payload).map { .newTable($0) }
      case NFTMessageType.deleteTable: NFTTable(family: family, payload).map { .deleteTable($0.id) }
      case NFTMessageType.newChain: NFTChain(family: family, payload).map { .newChain($0) }
      case NFTMessageType.deleteChain:
        NFTChain(family: family, payload).map { .deleteChain($0.table, $0.name) }
      case NFTMessageType.newRule: Self.newRule(family, payload, message.flags)
      case NFTMessageType.deleteRule:
        NFTRule(family: family, payload).map { rule in
          rule.handle.map { .deleteRule(rule.table, chain: rule.chain, handle: $0) }
            ?? .flushChain(rule.table, rule.chain)
        }
      case NFTMessageType.newSet: NFTSet(family: family, payload).map { .newSet($0) }
      case NFTMessageType.deleteSet:
        NFTSet(family: family, payload).map {
          .deleteSet(NFTSetID($0.table, $0.name, id: $0.id))
        }
      case NFTMessageType.newElement, NFTMessageType.deleteElement:
        Self.elements(family, payload, isNew: message.type == NFTMessageType.newElement)
      case NFTMessageType.newObject: NFTCounter(family: family, payload).map { .newCounter($0) }
      case NFTMessageType.deleteObject:
        NFTCounter(family: family, payload).map { .deleteCounter($0.table, $0.name) }
      default: nil
      }
    guard let decoded else { return nil }
    self = decoded
  }

  private static func newRule(
    _ family: NFTFamily, _ payload: NetlinkReader, _ flags: NetlinkFlags
  ) -> NFTMessage? {
    guard let rule = NFTRule(family: family, payload) else { return nil }
    let position: UInt64? = payload.attribute(6)?.loadBigEndian()
    let placement: NFTRule.Placement
    if flags.contains(.replace) {
      placement = .replacing
    } else if flags.contains(.append) {
      placement = position.map { .after(handle: $0) } ?? .last
    } else {
      placement = position.map { .before(handle: $0) } ?? .first
    }
    return .newRule(rule, placement)
  }

  private static func elements(
    _ family: NFTFamily, _ payload: NetlinkReader, isNew: Bool
  ) -> NFTMessage? {
    let attributes = AttributeTable(payload, upTo: 4)
    guard let table = attributes.string(1), let name = attributes.string(2) else { return nil }
    let id = NFTSetID(NFTTableID(family, table), name, id: attributes.be32(4) ?? 0)
    guard let list = attributes[3] else { return isNew ? nil : .flushSet(id) }
    let elements = list.attributes.compactMap { NFTElement($0.value) }
    return isNew ? .newElements(id, elements) : .deleteElements(id, elements)
  }
}
