// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources

/// What is known of the mark that keeps Calico's programs from using a datastore while it is
/// exported or filled: `datastoreReady` of the ClusterInformation (compatibility §1.4).
public struct DatastoreLock: Sendable, Equatable {
  public static let name = "default"
  public static let key = ResourceKey(kind: .clusterInformation, name: name)

  public private(set) var isLocked = false
  /// How often it was locked. Whoever has seen another number cannot know what he missed.
  private(set) var times = 0

  /// Takes what the datastore says now.
  ///
  /// - Parameter information: `nil` when it says nothing. That is how a new one begins, and so does
  ///   not lock; but an import may wipe and rewrite it, so that does not unlock either.
  mutating func see(_ information: ClusterInformation?) {
    guard let information else { return }
    let wasLocked = isLocked
    isLocked = Self.isLocked(information)
    if isLocked, !wasLocked { times += 1 }
  }

  /// A datastore that does not say whether it is ready is ready.
  public static func isLocked(_ information: ClusterInformation?) -> Bool {
    information?.spec.datastoreReady == false
  }
}
