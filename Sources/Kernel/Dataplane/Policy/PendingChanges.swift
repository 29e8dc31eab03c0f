// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Netlink

/// What of a table's model the kernel does not have yet, by name. The contents are in the model.
struct PendingChanges {
  var newSets: Set<String> = []
  var removedSets: Set<String> = []
  /// Of sets that the kernel has.
  var elements: [String: ElementChanges] = [:]
  var newChains: Set<String> = []
  var changedChains: Set<String> = []
  var removedChains: Set<String> = []
  /// The kernel has something under one of our names that cannot be changed into what it must be.
  var needsRebuild = false

  var isEmpty: Bool { count == 0 }

  /// The number of objects to touch.
  var count: Int {
    newSets.count + removedSets.count + elements.count + newChains.count + changedChains.count
      + removedChains.count
  }

  /// A set may be new and removed at once: it is made again before the kernel heard of its removal,
  /// and has to be emptied first.
  mutating func addSet(_ name: String) {
    elements[name] = nil
    newSets.insert(name)
  }

  mutating func removeSet(_ name: String) {
    elements[name] = nil
    // One that the kernel never had need not go.
    if newSets.remove(name) == nil { removedSets.insert(name) }
  }

  mutating func note(_ element: NFTElement, isAddition: Bool, in name: String) {
    guard !newSets.contains(name) else { return }
    elements[name, default: ElementChanges()].note(element, isAddition: isAddition)
    if elements[name]?.isEmpty == true { elements[name] = nil }
  }

  mutating func addChain(_ name: String) {
    if removedChains.remove(name) != nil {
      changedChains.insert(name)
    } else {
      newChains.insert(name)
    }
  }

  mutating func changeChain(_ name: String) {
    if !newChains.contains(name) { changedChains.insert(name) }
  }

  mutating func removeChain(_ name: String) {
    changedChains.remove(name)
    if newChains.remove(name) == nil { removedChains.insert(name) }
  }
}
