// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import DesiredState
import PolicyCases
import PolicyEngine
import PolicyOracle
import Resources
import SyncModel
import TestSupport

/// From stored objects to what each node's dataplane is asked for, going from world to world as a
/// store would: by updates and deletions of objects, in any order.
struct Pipeline {
  /// By node.
  typealias Changes = [String: [DesiredChange]]

  private var converter = SyncConverter()
  private var engines: [String: PolicyEngine]
  /// Holds the engines to their promise about the order of changes.
  private var models: [String: DesiredStateModel] = [:]
  private var keys: Set<ResourceKey> = []

  init() {
    engines = Dictionary(
      uniqueKeysWithValues: PolicyCase.nodes.map { ($0, PolicyEngine(scope: .node($0))) })
  }

  /// Changes the store to hold this world; what the engines ask for, batch by batch.
  mutating func move(to world: World, _ dice: inout SplitMix64) throws -> [Changes] {
    let changes = changes(to: world).shuffled(using: &dice)
    // Sometimes the dataplane sees what is between two worlds.
    guard Int.random(in: 0..<3, using: &dice) == 0 else { return [try feed(changes[...])] }
    let middle = Int.random(in: 0...changes.count, using: &dice)
    return [try feed(changes[..<middle]), try feed(changes[middle...])]
  }

  /// The same at once and in a fixed order.
  mutating func move(to world: World) throws -> Changes { try feed(changes(to: world)[...]) }

  private mutating func changes(to world: World) -> [ResourceChange] {
    let resources = world.resources
    let new = Set(resources.map(\.key))
    defer { keys = new }
    return resources.map { .set($0) } + keys.subtracting(new).sorted().map { .removed($0) }
  }

  private mutating func feed(_ changes: ArraySlice<ResourceChange>) throws -> Changes {
    let updates = changes.flatMap { converter.convert($0) }
    var result: Changes = [:]
    for node in PolicyCase.nodes {
      for update in updates { engines[node]?.apply(update) }
      engines[node]?.apply(.inSync)
      let asked = engines[node]?.flush() ?? []
      try models[node, default: DesiredStateModel()].apply(asked)
      result[node] = asked
    }
    return result
  }
}
