// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

extension NFTablesSocket {
  /// The tables of one family or all.
  public func tables(family: NFTFamily? = nil) throws(NetlinkError) -> [NFTTable] {
    try read(NFTMessageType.getTable, family, "list tables") { message in
      if case .newTable(let table) = message { table } else { nil }
    }
  }

  /// One table, or `nil` when there is none.
  public func table(_ id: NFTTableID) throws(NetlinkError) -> NFTTable? {
    try tables(family: id.family).first { $0.id == id }
  }

  /// The chains of one table, or of all.
  public func chains(of table: NFTTableID? = nil) throws(NetlinkError) -> [NFTChain] {
    // The kernel has no filter by table here.
    try read(NFTMessageType.getChain, table?.family, "list chains") { message in
      if case .newChain(let chain) = message, table == nil || chain.table == table {
        chain
      } else {
        nil
      }
    }
  }

  /// The sets and maps of one table, or of all, without their elements.
  public func sets(of table: NFTTableID? = nil) throws(NetlinkError) -> [NFTSet] {
    try read(
      NFTMessageType.getSet, table?.family, "list sets",
      { if let table { $0.put(1, string: table.name) } }
    ) { message in
      if case .newSet(let set) = message, table == nil || set.table == table { set } else { nil }
    }
  }

  /// The rules of a chain, of one table or of all, in order within each chain.
  public func rules(
    of table: NFTTableID? = nil, chain: String? = nil
  ) throws(NetlinkError) -> [NFTRule] {
    try read(
      NFTMessageType.getRule, table?.family, "list rules",
      { writer in
        guard let table else { return }
        writer.put(1, string: table.name)
        if let chain { writer.put(2, string: chain) }
      }
    ) { message in
      if case .newRule(let rule, _) = message, table == nil || rule.table == table,
        chain == nil || rule.chain == chain
      {
        rule
      } else {
        nil
      }
    }
  }

  /// The elements of a set, with their counters.
  ///
  /// A hash table without a fixed size (`NFTSet.size`) is rebuilt by the kernel some time after it
  /// grew or shrank. What is read meanwhile has elements twice and lacks as many others, with no
  /// sign but that; it is then read anew.
  ///
  /// - Parameter resettingCounters: Set the counters to zero in the same go (Linux 6.5). Then
  ///   nothing is read anew: an element may be there twice, or left for the next time.
  public func elements(
    of table: NFTTableID, set: String, resettingCounters: Bool = false
  ) throws(NetlinkError) -> [NFTElement] {
    let type =
      resettingCounters ? NFTMessageType.getElementReset : NFTMessageType.getElement
    let operation = "list elements of set \(table) \(set)"
    for _ in 0..<NetlinkClient.dumpAttempts {
      let lists: [[NFTElement]] = try read(
        type, table.family, operation,
        { writer in
          writer.put(1, string: table.name)
          writer.put(2, string: set)
        },
        // What was read once is zero the second time.
        toleratesChange: resettingCounters
      ) { message in
        if case .newElements(_, let elements) = message { elements } else { nil }
      }
      let elements = Array(lists.joined())
      if resettingCounters || Self.areDistinct(elements) { return elements }
    }
    throw NetlinkError(operation, .unsettled(attempts: NetlinkClient.dumpAttempts))
  }

  /// Whether no plain element is there twice. The ends of intervals may share their keys.
  private static func areDistinct(_ elements: [NFTElement]) -> Bool {
    var keys = Set<[UInt8]>(minimumCapacity: elements.count)
    for element in elements where element.keyEnd == nil && element.flags.isEmpty {
      if !keys.insert(element.key).inserted { return false }
    }
    return true
  }

  /// The named counters of one table, or of all.
  ///
  /// - Parameter resetting: Set them to zero in the same go.
  public func counters(
    of table: NFTTableID? = nil, resetting: Bool = false
  ) throws(NetlinkError) -> [NFTCounter] {
    let type = resetting ? NFTMessageType.getObjectReset : NFTMessageType.getObject
    return try read(
      type, table?.family, "list counters",
      { writer in
        if let table { writer.put(1, string: table.name) }
        writer.put(3, bigEndian: NFTCounter.type)
      }, toleratesChange: resetting
    ) { message in
      if case .newCounter(let counter) = message, table == nil || counter.table == table {
        counter
      } else {
        nil
      }
    }
  }

  private func read<T>(
    _ type: UInt16, _ family: NFTFamily?, _ operation: String,
    _ body: (inout NetlinkWriter) -> Void = { _ in }, toleratesChange: Bool = false,
    _ pick: (NFTMessage) -> T?
  ) throws(NetlinkError) -> [T] {
    func write(_ writer: inout NetlinkWriter) {
      writer.appendNetfilterHeader(family: family?.rawValue ?? 0)
      body(&writer)
    }
    if toleratesChange {
      var found: [T] = []
      _ = try client.dumpOnce(type: type, operation, write) { message in
        if let decoded = NFTMessage(message).flatMap(pick) { found.append(decoded) }
      }
      return found
    }
    return try client.dump(type: type, operation, write)
      .compactMap { NFTMessage($0).flatMap(pick) }
  }
}
