// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Dataplane
import Features
import NetworkEngine
import PolicyEngine
import SyncModel

/// What this node puts into force, by what its parts say of themselves: the one place where that is
/// compared with what is asked for.
struct Enforcement: Sendable {
  /// What of one object is said at most.
  private static let limit = Asks.limit

  let features: Set<Feature>

  init(_ parts: [Set<Feature>]) { features = parts.reduce(into: []) { $0.formUnion($1) } }

  /// With all parts that this version has.
  static let ofThisVersion = Enforcement([
    PolicyEngine.capabilities, Dataplane.capabilities, NetworkEngine.capabilities,
  ])

  /// What of an object nobody here puts into force, in order.
  func unenforced(_ asks: Asks) -> [Unenforced] {
    // A field of a newer version nobody can know.
    func isMissing(_ feature: Feature?) -> Bool { feature.map { !features.contains($0) } ?? true }
    let missing = asks.asks.filter { isMissing($0.feature) }
    var result = missing.prefix(Self.limit).map { ask in
      Unenforced(key: asks.key, field: ask.field, reason: ask.absence)
    }
    let more =
      missing.count - result.count
      + asks.more.reduce(0) { isMissing($1.key) ? $0 + $1.value : $0 }
    if more > 0 {
      result.append(Unenforced(key: asks.key, field: "object", reason: "\(more) more"))
    }
    return result.sorted()
  }
}
