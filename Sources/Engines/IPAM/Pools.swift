// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Resources
import Selectors

/// The pools as they are, and the choice among them.
struct Pools {
  let all: [Pool]

  /// Of pools that overlap, which should not be, the first by name keeps its place and the others
  /// are passed over where an address is looked up.
  init(_ pools: [IPPool]) {
    all = pools.compactMap(Pool.init)
  }

  func holding(_ address: IPAddress) -> Pool? { all.first { $0.cidr.contains(address) } }
  func holding(_ block: CIDR) -> Pool? { all.first { $0.cidr.contains(block) } }

  /// Those that the texts name, in their order: selectors and assignment mode do not matter then.
  func named(_ texts: [String], _ family: IPFamily) throws(IPAMError) -> [Pool] {
    var chosen: [Pool] = []
    for text in texts {
      guard
        let pool = all.first(where: {
          $0.answers(to: text) && $0.cidr.family == family && !$0.spec.disabled
        })
      else { throw .poolNotUsable(text) }
      if !chosen.contains(where: { $0.cidr == pool.cidr }) { chosen.append(pool) }
    }
    return chosen
  }

  /// The enabled pools of a family that are meant for the node.
  func meant(for node: NodeLabels, _ family: IPFamily) -> [Pool] {
    all.filter { pool in
      pool.cidr.family == family && !pool.spec.disabled && node.match(pool.spec.nodeSelector)
    }
  }

  /// Those that give addresses to whoever asks.
  static func automatic(_ pools: [Pool], namespaceLabels: [String: String]?) -> [Pool] {
    pools.filter { pool in
      guard pool.spec.assignmentMode == .automatic else { return false }
      let selector = pool.spec.namespaceSelector
      if selector.isEmpty { return true }
      guard let namespaceLabels, let parsed = try? Selector(selector) else { return false }
      return parsed.matches(namespaceLabels)
    }
  }
}
