// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import Synchronization
import ValueTree

/// The custom resources that were read or written last, as they are stored.
///
/// An update hands back what others have put into an object: labels of other programs, owners,
/// finalizers, fields of a newer version. Nearly every update follows a read, which this saves from
/// being done again. What is not here is read; whether it is still what is stored, the server
/// compares.
final class RecentObjects: Sendable {
  /// Objects at most.
  private static let limit = 256
  /// Values and bytes of text in an object at most.
  private static let weightLimit = 32 << 10

  private struct State {
    var values: [ResourceKey: Value] = [:]
    /// In a ring, the next to be replaced at `next`.
    var order: [ResourceKey] = []
    var next = 0
  }

  private let state = Mutex(State())

  func note(_ object: CustomForm.Object) {
    let isLight = Self.isLight(object.value)
    state.withLock { state in
      guard isLight else {
        state.values[object.key] = nil
        return
      }
      let isKnown = state.values.updateValue(object.value, forKey: object.key) != nil
      if isKnown || state.order.contains(object.key) { return }
      if state.order.count < Self.limit {
        state.order.append(object.key)
        return
      }
      state.values[state.order[state.next]] = nil
      state.order[state.next] = object.key
      state.next = (state.next + 1) % Self.limit
    }
  }

  /// The object as it is stored at a revision; nil when that was not read lately.
  func find(_ key: ResourceKey, revision: String) -> Value? {
    state.withLock { state in
      let value = state.values[key]
      return value?["metadata"]?["resourceVersion"]?.string == revision ? value : nil
    }
  }

  func forget(_ key: ResourceKey) {
    state.withLock { $0.values[key] = nil }
  }

  /// Whether the values and the bytes of text in a value are at most the limit.
  private static func isLight(_ value: Value) -> Bool {
    var left = weightLimit
    func spend(_ value: Value) {
      left -= 1
      if left < 0 { return }
      switch value {
      case .string(let text): left -= text.utf8.count
      case .array(let items): for item in items where left >= 0 { spend(item) }
      case .object(let members):
        for member in members where left >= 0 {
          left -= member.key.utf8.count
          spend(member.value)
        }
      default: break
      }
    }
    spend(value)
    return left >= 0
  }
}
