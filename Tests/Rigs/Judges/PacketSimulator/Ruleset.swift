// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Netlink

/// All tables of one network namespace.
///
/// A batch changes a copy, which takes the place of the original when nothing was refused.
public struct Ruleset: Sendable, Hashable {
  public internal(set) var tables: [NFTTableID: SimulatedTable] = [:]
  private var lastHandle: UInt64 = 0
  /// Within a batch: the unnamed sets by their numbers.
  private var anonymous: [UInt32: NFTSetID] = [:]
  /// Those of them that no rule uses yet.
  private var unbound: Set<NFTSetID> = []
  private var changed: Set<NFTTableID> = []
  private var changedSets: Set<NFTSetID> = []
  /// Found once for a run of deletions.
  private var references: [NFTTableID: SimulatedTable.References] = [:]

  public init() {}

  /// What the kernel would refuse, by the message's place: an errno.
  public typealias Refusals = [Int: Int32]

  /// Makes all changes or, when any is refused, none.
  public mutating func apply(_ messages: [NFTMessage]) -> Refusals {
    var next = self
    next.anonymous = [:]
    next.unbound = []
    next.changed = []
    next.changedSets = []
    next.references = [:]
    var refusals: Refusals = [:]
    for (index, message) in messages.enumerated() {
      let code = next.apply(message)
      if code != 0 { refusals[index] = code }
    }
    if refusals.isEmpty {
      let code = next.settle()
      if code != 0 { refusals[messages.count - 1] = code }
    }
    if refusals.isEmpty { self = next }
    return refusals
  }

  private mutating func apply(_ message: NFTMessage) -> Int32 {
    changed.insert(message.table)
    switch message {
    case .deleteChain, .deleteSet: break
    default: references[message.table] = nil
    }
    switch message {
    case .newTable(let table):
      if tables[table.id] == nil { tables[table.id] = SimulatedTable(table) }
      return 0
    case .deleteTable(let id):
      return tables.removeValue(forKey: id) == nil ? ENOENT : 0
    default: break
    }
    guard tables[message.table] != nil else { return ENOENT }
    switch message {
    case .newChain(let chain): return add(chain)
    case .deleteChain(let id, let name): return removeChain(id, name)
    case .flushChain(let id, let name):
      guard tables[id]?.chains[name] != nil else { return ENOENT }
      _ = tables[id]?.remove(rulesOf: name) { _ in true }
      return 0
    case .newRule(let rule, let placement): return add(rule, placement)
    case .deleteRule(let id, let chain, let handle):
      let isGone = tables[id]?.remove(rulesOf: chain) { $0.handle == handle }
      return isGone == true ? 0 : ENOENT
    case .newSet(let set): return add(set)
    case .deleteSet(let id):
      guard tables[id.table]?.sets[id.name] != nil else { return ENOENT }
      if uses(id.table).sets.contains(id.name) { return EBUSY }
      tables[id.table]?.sets[id.name] = nil
      return 0
    case .newElements(let id, let elements): return add(elements, id)
    case .deleteElements(let id, let elements):
      return change(id) { set in
        for element in elements {
          let code = set.remove(element)
          if code != 0 { return code }
        }
        return 0
      }
    case .flushSet(let id):
      return change(id) { set in
        set.removeAll()
        return 0
      }
    case .newCounter, .deleteCounter: return EOPNOTSUPP
    case .newTable, .deleteTable: return 0
    }
  }

  // MARK: - Chains and rules

  private mutating func add(_ chain: NFTChain) -> Int32 {
    if chain.name.isEmpty || chain.name.utf8.count > 255 { return ERANGE }
    if let old = tables[chain.table]?.chains[chain.name] {
      return chain.hook == nil || old.definition.hook == chain.hook ? 0 : EEXIST
    }
    tables[chain.table]?.chains[chain.name] = SimulatedChain(chain)
    return 0
  }

  private mutating func removeChain(_ id: NFTTableID, _ name: String) -> Int32 {
    guard tables[id]?.chains[name] != nil else { return ENOENT }
    if tables[id]?.remove(rulesOf: name, where: { _ in true }) == true { references[id] = nil }
    if uses(id).chains.contains(name) { return EBUSY }
    tables[id]?.chains[name] = nil
    return 0
  }

  private mutating func uses(_ id: NFTTableID) -> SimulatedTable.References {
    if let known = references[id] { return known }
    let found = tables[id]?.references ?? SimulatedTable.References()
    references[id] = found
    return found
  }

  private mutating func add(_ rule: NFTRule, _ placement: NFTRule.Placement) -> Int32 {
    guard var chain = tables[rule.table]?.chains[rule.chain] else { return ENOENT }
    var rule = rule
    var loaded = LoadedRegisters()
    for index in rule.expressions.indices {
      let code = bind(&rule.expressions[index], rule.table, &loaded)
      if code != 0 { return code }
    }
    let place: Int
    switch placement {
    case .last: place = chain.rules.endIndex
    case .first: place = 0
    case .before(let handle):
      guard let found = chain.rules.firstIndex(where: { $0.handle == handle }) else {
        return ENOENT
      }
      place = found
    case .after(let handle):
      guard let found = chain.rules.firstIndex(where: { $0.handle == handle }) else {
        return ENOENT
      }
      place = found + 1
    case .replacing: return EOPNOTSUPP
    }
    lastHandle += 1
    rule.handle = lastHandle
    chain.rules.insert(rule, at: place)
    tables[rule.table]?.chains[rule.chain] = chain
    return 0
  }

  /// Finds what an expression refers to.
  private mutating func bind(
    _ expression: inout NFTExpression, _ table: NFTTableID, _ loaded: inout LoadedRegisters
  ) -> Int32 {
    func key(_ set: SimulatedSet) -> Int { Int(set.definition.keyLength) }
    if !loaded.take(expression) { return ENODATA }
    switch expression {
    case .lookup(var lookup):
      guard let name = name(NFTSetID(table, lookup.set, id: lookup.setID)),
        let set = tables[table]?.sets[name]
      else { return ENOENT }
      if !loaded.has(lookup.register, key(set)) { return ENODATA }
      switch lookup.destination {
      case .none: break
      case .verdict, .register: if !set.isMap || lookup.isInverted { return EINVAL }
      }
      if case .register(let register) = lookup.destination,
        case .value(_, let length) = set.definition.data
      {
        loaded.set(register, Int(length))
      }
      unbound.remove(NFTSetID(table, name))
      (lookup.set, lookup.setID) = (name, 0)
      expression = .lookup(lookup)
      return 0
    case .dynamicSet(var dynamic):
      guard let name = name(NFTSetID(table, dynamic.set, id: dynamic.setID)),
        let set = tables[table]?.sets[name]
      else { return ENOENT }
      if !set.definition.flags.contains(.dynamic) { return EOPNOTSUPP }
      if !loaded.has(dynamic.key, key(set)) { return ENODATA }
      (dynamic.set, dynamic.setID) = (name, 0)
      expression = .dynamicSet(dynamic)
      return 0
    case .verdict(let verdict): return check(verdict, table)
    case .counterObject: return ENOENT
    // Kept as it is; a packet that meets it is an error.
    default: return 0
    }
  }

  private func check(_ verdict: NFTVerdict, _ table: NFTTableID) -> Int32 {
    guard let target = verdict.target else { return 0 }
    guard let chain = tables[table]?.chains[target] else { return ENOENT }
    return chain.definition.hook == nil ? 0 : EOPNOTSUPP
  }

  // MARK: - Sets

  private func name(_ id: NFTSetID) -> String? {
    id.id == 0 ? id.name : anonymous[id.id]?.name ?? id.name
  }

  private mutating func add(_ set: NFTSet) -> Int32 {
    // Intervals over several fields are not simulated.
    if set.flags.contains(.concatenation) { return EOPNOTSUPP }
    if set.name.isEmpty || set.name.utf8.count > 255 { return ERANGE }
    var set = set
    if set.flags.contains(.anonymous) {
      set.name = tables[set.table]?.takeName(set.name) ?? set.name
      let id = NFTSetID(set.table, set.name)
      if set.id != 0 { anonymous[set.id] = id }
      unbound.insert(id)
    } else if let old = tables[set.table]?.sets[set.name] {
      let isSame =
        old.definition.flags == set.flags && old.definition.keyType == set.keyType
        && old.definition.data == set.data
      return isSame ? 0 : EEXIST
    }
    set.id = 0
    tables[set.table]?.sets[set.name] = SimulatedSet(set)
    return 0
  }

  private mutating func add(_ elements: [NFTElement], _ id: NFTSetID) -> Int32 {
    for element in elements {
      guard case .verdict(let verdict) = element.data else { continue }
      let code = check(verdict, id.table)
      if code != 0 { return code }
    }
    guard let name = name(id), let set = tables[id.table]?.sets[name] else { return ENOENT }
    let isFixed = set.definition.flags.contains(.constant)
    if isFixed, !unbound.contains(NFTSetID(id.table, name)), uses(id.table).sets.contains(name) {
      return EBUSY
    }
    return change(id) { set in
      for element in elements {
        let code = set.add(element)
        if code != 0 { return code }
      }
      return 0
    }
  }

  private mutating func change(
    _ id: NFTSetID, _ body: (inout SimulatedSet) -> Int32
  ) -> Int32 {
    guard let name = name(id), var set = tables[id.table]?.sets[name] else { return ENOENT }
    // Without the copy in the table the elements are changed in place.
    tables[id.table]?.sets[name] = nil
    let code = body(&set)
    tables[id.table]?.sets[name] = set
    changedSets.insert(NFTSetID(id.table, name))
    return code
  }

  // MARK: - The whole

  /// What can only be said of a batch as a whole.
  private mutating func settle() -> Int32 {
    for id in changedSets {
      if tables[id.table]?.sets[id.name]?.isWhole == false { return EINVAL }
    }
    // One that no rule took up would stay for ever.
    for id in unbound where tables[id.table]?.sets[id.name] != nil { return EINVAL }
    for id in changed {
      guard let table = tables[id] else { continue }
      let code = table.validate()
      if code != 0 { return code }
    }
    return 0
  }

  // MARK: - Packets

  /// The base chains of a hook in the order in which packets meet them.
  func baseChains(_ point: NFTHook.Point, _ family: NFTFamily) -> [NFTChain] {
    var found: [NFTChain] = []
    for (id, table) in tables where id.family == .inet || id.family == family {
      if table.definition.flags.contains(.dormant) { continue }
      found += table.chains.values.map(\.definition).filter { $0.hook?.point == point }
    }
    return found.sorted { a, b in
      let (first, second) = (a.hook?.priority ?? 0, b.hook?.priority ?? 0)
      if first != second { return first < second }
      return (a.table.name, a.name) < (b.table.name, b.name)
    }
  }
}
