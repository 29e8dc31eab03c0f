// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One change of the tables: what a batch asks for, and what the kernel announces.
public enum NFTMessage: Hashable, Sendable {
  case newTable(NFTTable)
  /// With everything in it.
  case deleteTable(NFTTableID)
  case newChain(NFTChain)
  /// It must be empty and nothing may refer to it.
  case deleteChain(NFTTableID, String)
  /// Deletes the rules of a chain.
  case flushChain(NFTTableID, String)
  case newRule(NFTRule, NFTRule.Placement)
  case deleteRule(NFTTableID, chain: String, handle: UInt64)
  case newSet(NFTSet)
  /// No rule may refer to it.
  case deleteSet(NFTSetID)
  case newElements(NFTSetID, [NFTElement])
  /// Only keys, ends and flags are looked at.
  case deleteElements(NFTSetID, [NFTElement])
  case flushSet(NFTSetID)
  case newCounter(NFTCounter)
  case deleteCounter(NFTTableID, String)

  /// The table that it is about.
  public var table: NFTTableID {
    switch self {
    case .newTable(let table): table.id
    case .deleteTable(let id): id
    case .newChain(let chain): chain.table
    case .deleteChain(let id, _), .flushChain(let id, _): id
    case .newRule(let rule, _): rule.table
    case .deleteRule(let id, _, _): id
    case .newSet(let set): set.table
    case .deleteSet(let id), .newElements(let id, _), .deleteElements(let id, _),
      .flushSet(let id):
      id.table
    case .newCounter(let counter): counter.table
    case .deleteCounter(let id, _): id
    }
  }
}

extension NFTMessage: CustomStringConvertible {
  /// What it does and to what, without contents.
  public var description: String {
    switch self {
    case .newTable(let table): "add table \(table.id)"
    case .deleteTable(let id): "delete table \(id)"
    case .newChain(let chain): "add chain \(chain.table) \(chain.name)"
    case .deleteChain(let id, let name): "delete chain \(id) \(name)"
    case .flushChain(let id, let name): "flush chain \(id) \(name)"
    case .newRule(let rule, _):
      "add rule \(rule.table) \(rule.chain)" + (rule.comment.map { " (\($0))" } ?? "")
    case .deleteRule(let id, let chain, let handle): "delete rule \(id) \(chain) \(handle)"
    case .newSet(let set): "add set \(set.table) \(set.name)"
    case .deleteSet(let set): "delete set \(set)"
    case .newElements(let set, let elements): "add \(elements.count) elements to set \(set)"
    case .deleteElements(let set, let elements):
      "delete \(elements.count) elements of set \(set)"
    case .flushSet(let set): "flush set \(set)"
    case .newCounter(let counter): "add counter \(counter.table) \(counter.name)"
    case .deleteCounter(let id, let name): "delete counter \(id) \(name)"
    }
  }
}

/// Message types: nfnetlink's own, and those of its subsystem nf_tables.
enum NFTMessageType {
  static let batchBegin: UInt16 = 16
  static let batchEnd: UInt16 = 17
  static let subsystem: UInt16 = 10

  static let newTable: UInt16 = 0xa00
  static let getTable: UInt16 = 0xa01
  static let deleteTable: UInt16 = 0xa02
  static let newChain: UInt16 = 0xa03
  static let getChain: UInt16 = 0xa04
  static let deleteChain: UInt16 = 0xa05
  static let newRule: UInt16 = 0xa06
  static let getRule: UInt16 = 0xa07
  static let deleteRule: UInt16 = 0xa08
  static let newSet: UInt16 = 0xa09
  static let getSet: UInt16 = 0xa0a
  static let deleteSet: UInt16 = 0xa0b
  static let newElement: UInt16 = 0xa0c
  static let getElement: UInt16 = 0xa0d
  static let deleteElement: UInt16 = 0xa0e
  static let newGeneration: UInt16 = 0xa0f
  static let getGeneration: UInt16 = 0xa10
  static let newObject: UInt16 = 0xa12
  static let getObject: UInt16 = 0xa13
  static let deleteObject: UInt16 = 0xa14
  static let getObjectReset: UInt16 = 0xa15
  static let getElementReset: UInt16 = 0xa21
}

extension NetlinkWriter {
  /// `struct nfgenmsg` of linux/netfilter/nfnetlink.h.
  mutating func appendNetfilterHeader(family: UInt8, resource: UInt16 = 0) {
    append(family)
    append(UInt8(0))
    append(resource.bigEndian)
  }
}
