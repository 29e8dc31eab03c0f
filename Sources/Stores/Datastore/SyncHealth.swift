// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources

/// How a syncer is doing, for health and metrics.
public struct SyncHealth: Sendable, Hashable {
  /// What the next batch will say.
  public var status: SyncStatus
  /// Lists begun since the start, of all kinds.
  public var resyncsStarted: Int
  /// Time since the store last answered for the kind that it has not answered for longest; nil when
  /// there is a kind that it never answered for.
  public var sinceContact: Duration?
  /// Objects that are known to be in the store, all kinds.
  public var objects: Int
  /// Objects that are in the store but cannot be read, and so are kept out.
  public var malformed: Int
  /// Changes that wait for the consumer.
  public var pending: Int
  /// The last failure since the store was last in sync.
  public var lastError: String?
}

/// What a syncer has to say to people.
public enum SyncReport: Sendable, Hashable {
  /// An object cannot be read and is treated as if it were not there. Said once, until it changes.
  case malformed(MalformedObject)
  /// A list or a watch of a kind ended; it is tried again after a while.
  case interrupted(kind: String, reason: String, retryIn: Duration)
  /// All kinds are in sync.
  case inSync
}
