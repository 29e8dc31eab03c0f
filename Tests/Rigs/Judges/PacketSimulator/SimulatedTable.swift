// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Netlink

/// A table and everything in it.
public struct SimulatedTable: Sendable, Hashable {
  public internal(set) var definition: NFTTable
  public internal(set) var chains: [String: SimulatedChain] = [:]
  public internal(set) var sets: [String: SimulatedSet] = [:]
  private var anonymousCount = 0

  init(_ definition: NFTTable) { self.definition = definition }

  /// A name for a set without one, by its pattern.
  mutating func takeName(_ pattern: String) -> String {
    defer { anonymousCount += 1 }
    return pattern.hasSuffix("%d") ? "\(pattern.dropLast(2))\(anonymousCount)" : pattern
  }

  /// The sets that a rule looks at.
  static func sets(of rule: NFTRule) -> [String] {
    rule.expressions.compactMap { expression in
      switch expression {
      case .lookup(let lookup): lookup.set
      case .dynamicSet(let set): set.set
      default: nil
      }
    }
  }

  /// The chains that a rule itself leads to.
  static func targets(of rule: NFTRule) -> [String] {
    rule.expressions.compactMap { expression in
      if case .verdict(let verdict) = expression { verdict.target } else { nil }
    }
  }

  /// What something in the table refers to.
  var references: References {
    var found = References()
    for chain in chains.values {
      for rule in chain.rules {
        found.sets.formUnion(Self.sets(of: rule))
        found.chains.formUnion(Self.targets(of: rule))
      }
    }
    for set in sets.values { found.chains.formUnion(set.targets) }
    return found
  }

  struct References: Sendable, Hashable {
    /// Of rules.
    var sets: Set<String> = []
    /// Of rules and of elements of maps.
    var chains: Set<String> = []
  }

  /// Takes rules away, and with them the unnamed sets that only they use.
  mutating func remove(rulesOf chain: String, where isGone: (NFTRule) -> Bool) -> Bool {
    guard let old = chains[chain]?.rules else { return false }
    let gone = old.filter(isGone)
    chains[chain]?.rules.removeAll(where: isGone)
    for rule in gone {
      for name in Self.sets(of: rule) {
        if sets[name]?.definition.flags.contains(.anonymous) == true { sets[name] = nil }
      }
    }
    return !gone.isEmpty
  }
}

extension NFTVerdict {
  /// Where it leads.
  var target: String? {
    switch self {
    case .jump(let chain), .goto(let chain): chain
    default: nil
    }
  }
}
