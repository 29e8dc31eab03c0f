// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing

/// Values under networks, where the objects that hold them have names: an object may change its
/// network, and two objects may claim the same. Then the one whose name comes first has it, so that
/// the outcome does not depend on who came first.
struct NetworkClaims<Value: Sendable>: Sendable {
  private var claims: [String: (network: CIDR, value: Value)] = [:]
  private var names: [CIDR: Set<String>] = [:]

  /// Sets or (with `nil`) withdraws a claim, and returns the networks concerned with the values
  /// that they have now.
  mutating func set(_ name: String, _ claim: (network: CIDR, value: Value)?) -> [(CIDR, Value?)] {
    var touched: [CIDR] = []
    if let old = claims.removeValue(forKey: name) {
      names[old.network]?.remove(name)
      if names[old.network]?.isEmpty == true { names[old.network] = nil }
      if old.network != claim?.network { touched.append(old.network) }
    }
    if let claim {
      claims[name] = claim
      names[claim.network, default: []].insert(name)
      touched.append(claim.network)
    }
    return touched.map { network in
      (network, names[network]?.min().flatMap { claims[$0]?.value })
    }
  }
}
