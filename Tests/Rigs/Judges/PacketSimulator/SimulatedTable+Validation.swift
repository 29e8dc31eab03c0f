// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Netlink

extension SimulatedTable {
  /// The most jumps one after the other (`NFT_JUMP_STACK_SIZE`, and goto counts like jump).
  private static let deepest = 15

  /// What only shows when all chains are there: loops, too long ways, and expressions where they
  /// cannot be. An errno, or 0.
  func validate() -> Int32 {
    let successors = successors
    var depths: [String: Int] = [:]
    for chain in chains.values {
      guard let hook = chain.definition.hook else { continue }
      let name = chain.definition.name
      guard let depth = Self.depth(of: name, successors, &depths, []) else { return ELOOP }
      if depth > Self.deepest { return EMLINK }
      if !isAllowed(Self.reachable(from: name, successors), hook) { return EOPNOTSUPP }
    }
    return 0
  }

  /// The longest way from a chain; nil when it leads back.
  private static func depth(
    of name: String, _ successors: [String: Set<String>], _ known: inout [String: Int],
    _ above: Set<String>
  ) -> Int? {
    if let depth = known[name] { return depth }
    if above.contains(name) { return nil }
    let above = above.union([name])
    var longest = 0
    for target in successors[name] ?? [] {
      guard let depth = depth(of: target, successors, &known, above) else { return nil }
      longest = max(longest, depth + 1)
    }
    known[name] = longest
    return longest
  }

  /// The chains that each chain leads to, by its rules and by the maps that they look at.
  private var successors: [String: Set<String>] {
    let targets = sets.mapValues(\.targets)
    return chains.mapValues { chain in
      var found: Set<String> = []
      for rule in chain.rules {
        found.formUnion(Self.targets(of: rule))
        for case .lookup(let lookup) in rule.expressions where lookup.destination == .verdict {
          found.formUnion(targets[lookup.set] ?? [])
        }
      }
      return found
    }
  }

  private static func reachable(
    from name: String, _ successors: [String: Set<String>]
  ) -> Set<String> {
    var found: Set<String> = [name]
    var rest = [name]
    while let next = rest.popLast() {
      for target in successors[next] ?? [] where found.insert(target).inserted {
        rest.append(target)
      }
    }
    return found
  }

  /// Whether every expression in these chains can be evaluated at a hook.
  private func isAllowed(_ names: Set<String>, _ hook: NFTHook) -> Bool {
    for name in names {
      for expression in (chains[name]?.rules ?? []).lazy.flatMap(\.expressions) {
        let points: [NFTHook.Point]
        switch expression {
        case .masquerade: points = hook.type == "nat" ? [.postrouting] : []
        case .nat(let nat):
          let fitting: [NFTHook.Point] =
            nat.direction == .source ? [.postrouting, .input] : [.prerouting, .output]
          points = hook.type == "nat" ? fitting : []
        case .reject: points = [.prerouting, .input, .forward, .output]
        case .fib(let fib) where fib.result != .addressType:
          points = [.prerouting, .input, .forward]
        case .noTrack:
          points = hook.priority < NFTHook.Priority.conntrack ? [.prerouting, .output] : []
        default: continue
        }
        if !points.contains(hook.point) { return false }
      }
    }
    return true
  }
}
