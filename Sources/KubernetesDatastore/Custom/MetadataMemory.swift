// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Synchronization
import ValueTree

/// The metadata of the custom resources that were read last.
///
/// An update must hand back what Kubernetes keeps in the metadata besides the resource's own: labels
/// of other programs, owners, finalizers. Nearly every update follows a read, which this saves from
/// being done again. What is not here is read.
final class MetadataMemory: Sendable {
  private struct Entry {
    var metadata: Value
    var age: UInt64
  }

  private struct State {
    var entries: [ResourceKey: Entry] = [:]
    var clock: UInt64 = 0
  }

  private let capacity: Int
  private let state = Mutex(State())

  init(capacity: Int = 4096) { self.capacity = capacity }

  func remember(_ object: CustomForm.Object) {
    state.withLock { state in
      state.clock += 1
      state.entries[object.key] = Entry(metadata: object.metadata, age: state.clock)
      guard state.entries.count > capacity else { return }
      // The older half goes at once, so that each entry costs little.
      let limit = state.clock - UInt64(capacity / 2)
      state.entries = state.entries.filter { $0.value.age > limit }
    }
  }

  /// The metadata of this revision of an object; nil when it was not read lately.
  func find(_ key: ResourceKey, revision: String) -> Value? {
    state.withLock { state in
      let metadata = state.entries[key]?.metadata
      return metadata?["resourceVersion"]?.string == revision ? metadata : nil
    }
  }

  func forget(_ key: ResourceKey) {
    state.withLock { _ = $0.entries.removeValue(forKey: key) }
  }
}
