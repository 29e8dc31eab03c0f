// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Resources
import ValueTree

/// Where the resources live: the one contract that every store fulfils and every program uses.
///
/// A resource's `metadata.resourceVersion` is the store's revision of its last write: opaque text,
/// compared for equality only. Every write is a compare-and-swap: `create` fails when the key
/// exists, `update` and a `delete` with a revision fail when the stored revision is another one.
public protocol Datastore: Sendable {
  /// Whether `commit` applies several operations all or nothing. Where it does not, `commit` with
  /// more than one operation is refused as not supported, and callers order their writes so that
  /// every intermediate state is safe.
  var commitsAtomically: Bool { get }

  /// Whether an object of this name comes and goes with something that is not Calico's, such as a
  /// pod: it can be neither created nor deleted here.
  func isForeign(_ key: ResourceKey) -> Bool

  /// Stores a new resource and returns it with revision, UID and creation time filled in.
  ///
  /// Errors: `alreadyExists`; `validation` when a revision is set already.
  func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource

  /// Replaces a resource whose stored revision equals `metadata.resourceVersion`. An update that
  /// changes nothing may leave the revision as it is.
  ///
  /// Errors: `doesNotExist`; `updateConflict`; `validation` when no revision is set.
  func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource

  /// Deletes a resource and returns what was deleted. With `revision`, only if it is still the
  /// stored one. What cannot be read can be deleted; then what is returned has a name only.
  ///
  /// Errors: `doesNotExist`; `updateConflict`.
  @discardableResult
  func delete(_ key: ResourceKey, revision: String?) async throws(DatastoreError) -> any Resource

  /// Applies all operations, or none when one fails; the error is that of the first that failed.
  /// Returns the written (or deleted) resources in the order of the operations.
  @discardableResult
  func commit(_ operations: [WriteOperation]) async throws(DatastoreError) -> [any Resource]

  /// Reads one resource. Errors: `doesNotExist`; `unreadable`.
  func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource

  /// Reads the resources that `query` names, ordered by key, and the revision at which that was
  /// the whole truth.
  func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult

  /// The changes to what `query` names, in order, from just after `revision` (as `list` returned
  /// it). The stream ends with `DatastoreError.watchTerminated` when it cannot go on (the revision
  /// was compacted, the connection broke): list again and watch from there.
  func watch(_ query: ListQuery, from revision: String) async throws(DatastoreError)
    -> AsyncThrowingStream<WatchEvent, any Error>

  /// Gives back connections, files and threads. Watches end.
  func close() async
}

/// One write of a `commit`.
public enum WriteOperation: Sendable {
  case create(any Resource)
  case update(any Resource)
  case delete(ResourceKey, revision: String?)
}

/// Which resources to list or watch.
public struct ListQuery: Sendable, Hashable {
  public var kind: Kind
  /// Only this namespace; `nil` is all of them.
  public var namespace: String?
  /// Only names that start so.
  public var namePrefix: String?
  /// Of block affinities, only those of this node are of use: what `namePrefix` cannot say, for
  /// `a-` begins the names of the node `a-b` too. A store that finds them faster so leaves others
  /// out; others give all that the rest of the query names.
  public var node: String?

  public init(_ kind: Kind, namespace: String? = nil, namePrefix: String? = nil) {
    self.kind = kind
    self.namespace = namespace
    self.namePrefix = namePrefix
  }

  /// The block affinities of one node, and perhaps of others.
  public static func affinities(of node: String) -> ListQuery {
    var query = ListQuery(.blockAffinity, namePrefix: BlockAffinity.namePrefix(node: node))
    query.node = node
    return query
  }

  /// Whether the key is one of those asked for.
  public func selects(_ key: ResourceKey) -> Bool {
    key.kind == kind
      && (namespace == nil || key.namespace == namespace)
      && (namePrefix.map { key.name.hasPrefix($0) } ?? true)
  }
}

/// What a list found.
public struct ListResult: Sendable {
  public var items: [any Resource]
  public var revision: String
  /// Stored objects that could not be read: skipped, never fatal.
  public var malformed: [MalformedObject]

  public init(items: [any Resource], revision: String, malformed: [MalformedObject] = []) {
    self.items = items
    self.revision = revision
    self.malformed = malformed
  }
}

/// An object in the store that is not one of ours or does not decode.
public struct MalformedObject: Error, Sendable, Hashable, CustomStringConvertible {
  public var key: ResourceKey
  public var reason: String

  public init(key: ResourceKey, reason: String) {
    self.key = key
    self.reason = reason
  }

  /// `Tier(x) cannot be read: reason`
  public var description: String { "\(key) cannot be read: \(reason.onOneLine)" }
}

/// One event of a watch.
public enum WatchEvent: Sendable {
  case set(any Resource)
  case deleted(ResourceKey)
  /// The object now stored under this key cannot be read; whoever knew an older one keeps it out.
  case malformed(MalformedObject)
  /// Nothing changed up to this revision; resume from it.
  case progress(revision: String)
}
