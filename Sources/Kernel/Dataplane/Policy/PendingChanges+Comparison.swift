// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

extension PendingChanges {
  /// What makes a table that is there, in part or changed by somebody, the one of a model.
  init(from observed: TableModel, to model: TableModel) {
    self.init()
    for (name, set) in model.sets {
      guard let there = observed.sets[name] else {
        newSets.insert(name)
        continue
      }
      if set.definition.key != there.definition.key
        || set.definition.flags != there.definition.flags
      {
        needsRebuild = true
      }
      if set.definition.flags.contains(.dynamic) { continue }
      var changes = ElementChanges()
      for element in set.elements.subtracting(there.elements) {
        changes.note(element, isAddition: true)
      }
      for element in there.elements.subtracting(set.elements) {
        changes.note(element, isAddition: false)
      }
      if !changes.isEmpty { elements[name] = changes }
    }
    for name in observed.sets.keys where model.sets[name] == nil {
      removedSets.insert(name)
    }
    for (name, chain) in model.chains {
      guard let there = observed.chains[name] else {
        newChains.insert(name)
        continue
      }
      if there.definition.hook != chain.definition.hook { needsRebuild = true }
      if there.rules != chain.rules { changedChains.insert(name) }
    }
    for name in observed.chains.keys where model.chains[name] == nil {
      removedChains.insert(name)
    }
  }
}
