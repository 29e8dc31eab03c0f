// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

/// Brings a `PolicyTable` into the kernel, and finds out what is there.
///
/// A change is up to three transactions, each safe to stop after: what is new and what is added to
/// sets; chains and the dispatch to them; what is taken from sets, and what nobody refers to any
/// more. A rule and the membership that it relies on never change in the same transaction: within
/// one, packets may see the one without the other.
final class TableWriter {
  private let socket: NFTablesSocket
  /// The rules of each chain as last programmed or seen.
  private var programmed: [String: [RuleModel]] = [:]
  /// Transactions that were applied.
  private(set) var transactions = 0
  /// Transactions that the kernel refused.
  private(set) var failures = 0

  private static let table = ChainModel.table
  private static let attempts = 3

  init(_ socket: NFTablesSocket) { self.socket = socket }

  /// Makes the kernel's table the model's, whatever is there; how many objects differed, which is
  /// all of them where there is no table. A table that is there is changed only where it differs.
  func synchronise(_ table: inout PolicyTable) throws(NFTablesError) -> Int {
    guard let observed = try observe() else {
      try rebuild(&table)
      return table.model.sets.count + table.model.chains.count
    }
    let differences = table.compare(with: observed)
    try write(&table)
    return differences
  }

  /// Programs what is pending.
  func write(_ table: inout PolicyTable) throws(NFTablesError) {
    for attempt in 1... {
      if table.pending.isEmpty { return }
      if table.pending.needsRebuild { return try rebuild(&table) }
      do throws(NFTablesError) {
        try commit(table)
        table.wasProgrammed()
        return
      } catch {
        failures += 1
        // Somebody else changed the tables, perhaps ours: look, and try with what is there.
        if attempt >= Self.attempts {
          if case .stale = error { throw error }
          return try rebuild(&table)
        }
        guard let observed = try observe() else { return try rebuild(&table) }
        _ = table.compare(with: observed)
      }
    }
  }

  /// Replaces the whole table in one transaction.
  private func rebuild(_ table: inout PolicyTable) throws(NFTablesError) {
    var batch = BatchBuilder()
    batch.append(.newTable(Self.definition))
    batch.append(.deleteTable(Self.table))
    batch.append(.newTable(Self.definition))
    for (_, set) in table.model.sets.sorted(by: { $0.key < $1.key }) {
      batch.append(.newSet(set.definition))
    }
    let chains = table.model.chains.sorted { $0.key < $1.key }
    for (_, chain) in chains { batch.append(.newChain(chain.definition)) }
    for (name, set) in table.model.sets.sorted(by: { $0.key < $1.key }) {
      batch.add(set.elements, to: name)
    }
    for (name, chain) in chains {
      for rule in chain.rules { batch.add(rule, to: name, .last) }
    }
    try apply(batch, generation: nil)
    programmed = table.model.chains.mapValues(\.rules)
    table.wasProgrammed()
  }

  private static let definition = NFTTable(
    table, comment: "policy of this node's workloads, kept by calico-node")

  // MARK: - Changes

  private func commit(_ table: PolicyTable) throws(NFTablesError) {
    let generation = try generation()
    let pending = table.pending
    let model = table.model
    var step = 0 as UInt32
    for batch in [
      additions(pending, model), try chains(pending, model), removals(pending, model),
    ] where !batch.isEmpty {
      try apply(batch, generation: generation &+ step)
      step &+= 1
    }
    for name in pending.removedChains { programmed[name] = nil }
    for name in pending.newChains.union(pending.changedChains) {
      programmed[name] = model.chains[name]?.rules
    }
  }

  private func isMap(_ name: String, _ model: TableModel) -> Bool {
    model.sets[name]?.definition.data != nil
  }

  private func isInterval(_ name: String, _ model: TableModel) -> Bool {
    model.sets[name]?.definition.flags.contains(.interval) == true
  }

  private func additions(_ pending: PendingChanges, _ model: TableModel) -> BatchBuilder {
    var batch = BatchBuilder()
    for name in pending.newSets.sorted() {
      guard let set = model.sets[name] else { continue }
      if pending.removedSets.contains(name) {
        batch.append(.flushSet(NFTSetID(Self.table, name)))
      } else {
        batch.append(.newSet(set.definition))
      }
      // What a map leads to is made later.
      if set.definition.data == nil { batch.add(set.elements, to: name) }
    }
    for (name, change) in pending.elements.sorted(by: { $0.key < $1.key })
    where !isMap(name, model) {
      guard isInterval(name, model) else {
        batch.add(change.added, to: name)
        continue
      }
      // The new intervals may be where the old ones are.
      let intervals = intervals(name, change, model)
      if intervals.isSweeping { batch.append(.flushSet(NFTSetID(Self.table, name))) }
      if intervals.added.isEmpty { continue }
      batch.delete(intervals.removed, from: name)
      batch.add(intervals.added, to: name)
    }
    return batch
  }

  private func intervals(
    _ name: String, _ change: ElementChanges, _ model: TableModel
  ) -> IntervalChanges {
    let new = model.sets[name]?.elements ?? []
    return IntervalChanges(
      from: new.subtracting(change.added).union(change.removed), to: new)
  }

  private func chains(
    _ pending: PendingChanges, _ model: TableModel
  ) throws(NFTablesError) -> BatchBuilder {
    var batch = BatchBuilder()
    for name in pending.newChains.sorted() {
      if let chain = model.chains[name] { batch.append(.newChain(chain.definition)) }
    }
    for name in pending.newChains.sorted() {
      for rule in model.chains[name]?.rules ?? [] { batch.add(rule, to: name, .last) }
    }
    for name in pending.changedChains.sorted() {
      guard let chain = model.chains[name] else { continue }
      try rewrite(name, to: chain.rules, &batch)
    }
    for name in pending.newSets.sorted() where isMap(name, model) {
      batch.add(model.sets[name]?.elements ?? [], to: name)
    }
    for (name, change) in pending.elements.sorted(by: { $0.key < $1.key })
    where isMap(name, model) {
      batch.delete(change.removed, from: name)
      batch.add(change.added, to: name)
    }
    return batch
  }

  /// Changes the rules that differ, between those at both ends that stay and keep their counters.
  private func rewrite(
    _ name: String, to rules: [RuleModel], _ batch: inout BatchBuilder
  ) throws(NFTablesError) {
    let old = programmed[name] ?? []
    let head = zip(old, rules).prefix { $0 == $1 }.count
    let tail = zip(old.dropFirst(head).reversed(), rules.dropFirst(head).reversed())
      .prefix { $0 == $1 }.count
    var handles: [UInt64] = []
    if head + tail > 0 {
      do throws(NetlinkError) {
        handles = try socket.rules(of: Self.table, chain: name).compactMap(\.handle)
      } catch {
        throw .failed(error)
      }
    }
    guard head + tail > 0, handles.count == old.count else {
      batch.append(.flushChain(Self.table, name))
      for rule in rules { batch.add(rule, to: name, .last) }
      return
    }
    for handle in handles[head..<(old.count - tail)] {
      batch.append(.deleteRule(Self.table, chain: name, handle: handle))
    }
    let placement: NFTRule.Placement =
      tail > 0 ? .before(handle: handles[old.count - tail]) : .last
    for rule in rules[head..<(rules.count - tail)] { batch.add(rule, to: name, placement) }
  }

  private func removals(_ pending: PendingChanges, _ model: TableModel) -> BatchBuilder {
    var batch = BatchBuilder()
    for (name, change) in pending.elements.sorted(by: { $0.key < $1.key })
    where !isMap(name, model) {
      guard isInterval(name, model) else {
        batch.delete(change.removed, from: name)
        continue
      }
      let intervals = intervals(name, change, model)
      if intervals.added.isEmpty { batch.delete(intervals.removed, from: name) }
    }
    // Removed chains may lead to each other: empty all, then delete all.
    for name in pending.removedChains.sorted() { batch.append(.flushChain(Self.table, name)) }
    for name in pending.removedChains.sorted() { batch.append(.deleteChain(Self.table, name)) }
    for name in pending.removedSets.subtracting(pending.newSets).sorted() {
      batch.append(.deleteSet(NFTSetID(Self.table, name)))
    }
    return batch
  }

  private func apply(_ batch: BatchBuilder, generation: UInt32?) throws(NFTablesError) {
    try socket.apply(NFTBatch(batch.messages, generation: generation))
    transactions += 1
  }

  private func generation() throws(NFTablesError) -> UInt32 {
    do throws(NetlinkError) { return try socket.generation() } catch { throw .failed(error) }
  }

  // MARK: - What is there

  /// Whether there is a table of ours, whatever is in it.
  func isThere() throws(NFTablesError) -> Bool {
    do throws(NetlinkError) { return try socket.table(Self.table) != nil } catch {
      throw .failed(error)
    }
  }

  /// Our table as the kernel has it; `nil` when there is none.
  func observe() throws(NFTablesError) -> TableModel? {
    do throws(NetlinkError) {
      guard try socket.table(Self.table) != nil else { return nil }
      var model = TableModel()
      var anonymous: [String: AnonymousSet] = [:]
      for set in try socket.sets(of: Self.table) {
        let isDynamic = set.flags.contains(.dynamic)
        let elements =
          isDynamic ? [] : try socket.elements(of: Self.table, set: set.name).map(\.withoutState)
        if set.flags.contains(.anonymous) {
          anonymous[set.name] = AnonymousSet(
            key: set.key.first ?? .mark, isInterval: set.flags.contains(.interval),
            elements: elements)
        } else {
          model.sets[set.name] = SetModel(definition: set.withoutState, elements: Set(elements))
        }
      }
      for chain in try socket.chains(of: Self.table) {
        model.chains[chain.name] = ChainModel(definition: chain)
      }
      for rule in try socket.rules(of: Self.table) {
        model.chains[rule.chain]?.rules.append(Self.model(of: rule, anonymous))
      }
      programmed = model.chains.mapValues(\.rules)
      return model
    } catch {
      throw .failed(error)
    }
  }

  private static func model(of rule: NFTRule, _ anonymous: [String: AnonymousSet]) -> RuleModel {
    var model = RuleModel(expressions: [], comment: rule.comment)
    for expression in rule.withoutState.expressions {
      if case .lookup(var lookup) = expression, let set = anonymous[lookup.set] {
        model.anonymous.append(set)
        lookup.set = RuleModel.anonymousName
        lookup.setID = UInt32(model.anonymous.count)
        model.expressions.append(.lookup(lookup))
      } else {
        model.expressions.append(expression)
      }
    }
    return model
  }
}
