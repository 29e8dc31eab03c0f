// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
public import Resources

/// A datastore in one file, for hosts without a server: SQLite with a write-ahead log.
///
/// Any number of processes may have it open at once. A commit is all or nothing and wakes the
/// watches of all of them within milliseconds.
public final class LocalDatastore: Datastore {
  /// How to open it.
  public struct Options: Sendable, Hashable {
    /// What a commit survives.
    public var durability: Durability
    /// How long a call waits for the lock of another process, in milliseconds.
    public var busyMilliseconds = 5000
    /// How many changes the log keeps for watches that resume.
    public var changesKept = 10_000
    /// How many more it may have before it is shortened.
    public var changesSlack = 1_000
    /// Whether a file that is missing is made when the datastore is opened. One that vanishes later
    /// never is: its end is no news of what was in it.
    public var makesFile = true

    public init(durability: Durability = .full) { self.durability = durability }
  }

  /// Operations of one commit at most.
  static let commitLimit = 10_000

  private let database: Database
  private let doorbell: Doorbell

  /// The database's file.
  public var path: String { database.path }

  public let commitsAtomically = true

  private init(_ database: Database) {
    self.database = database
    doorbell = Doorbell(
      path: database.doorbellPath, files: [database.path, database.path + "-wal"])
  }

  /// Opens the database at a path, making the folder and the file where they are missing.
  ///
  /// Errors: `unavailable` (no space, locked, cannot be opened), `unauthorized`, `failed` (damaged,
  /// no database, one of somebody else's, or of a newer version).
  public static func open(
    path: String, durability: Durability
  ) async throws(DatastoreError) -> LocalDatastore {
    try await open(path: path, options: Options(durability: durability))
  }

  /// Opens the database at a path.
  public static func open(
    path: String, options: Options
  ) async throws(DatastoreError) -> LocalDatastore {
    let database = try Database(path: path, options: options)
    try await database.open()
    return LocalDatastore(database)
  }

  public func create(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try await one(.create(resource))
  }

  public func update(_ resource: any Resource) async throws(DatastoreError) -> any Resource {
    try await one(.update(resource))
  }

  @discardableResult
  public func delete(
    _ key: ResourceKey, revision: String?
  ) async throws(DatastoreError) -> any Resource {
    try await one(.delete(key, revision: revision))
  }

  private func one(_ operation: WriteOperation) async throws(DatastoreError) -> any Resource {
    guard let result = try await commit([operation]).first else {
      throw .failed("\(path): the write gave no result")
    }
    return result
  }

  @discardableResult
  public func commit(
    _ operations: [WriteOperation]
  ) async throws(DatastoreError) -> [any Resource] {
    guard operations.count <= Self.commitLimit else {
      throw .failed(
        "a commit of \(operations.count) operations; at most \(Self.commitLimit) are allowed")
    }
    if operations.isEmpty { return [] }
    var writes: [Database.Write] = []
    for operation in operations { writes.append(try Self.prepare(operation)) }
    return try await database.write(writes).map(\.resource)
  }

  public func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    try Self.check(key)
    guard let object = try await database.read(key) else { throw .doesNotExist(key) }
    switch object.decoded() {
    case .success(let resource): return resource
    case .failure(let malformed): throw .unreadable(malformed)
    }
  }

  public func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    let snapshot = try await database.list(query)
    var result = ListResult(items: [], revision: String(snapshot.revision))
    result.items.reserveCapacity(snapshot.objects.count)
    for object in snapshot.objects {
      switch object.decoded() {
      case .success(let resource): result.items.append(resource)
      case .failure(let malformed): result.malformed.append(malformed)
      }
    }
    return result
  }

  public func watch(
    _ query: ListQuery, from revision: String
  ) async throws(DatastoreError) -> AsyncThrowingStream<WatchEvent, any Error> {
    guard let start = Int64(revision) else {
      throw .watchTerminated("'\(revision)' is not a revision of this store")
    }
    try doorbell.start()
    let cursor = ChangeCursor(query, from: start, database: database, doorbell: doorbell)
    try await cursor.begin()
    return AsyncThrowingStream { try await cursor.next() }
  }

  /// Forgets all but the last `keep` changes: watches that would resume from before them end.
  public func compact(keep: Int) async throws(DatastoreError) {
    try await database.compact(keep: keep)
  }

  public func close() async {
    doorbell.close()
    await database.close()
  }

  /// Checks what needs no look at the store and fills in what it gives to an object.
  private static func prepare(
    _ operation: WriteOperation
  ) throws(DatastoreError) -> Database.Write {
    switch operation {
    case .create(var resource):
      try check(resource.key)
      guard resource.metadata.resourceVersion == nil else {
        throw .validation([
          FieldProblem(
            "metadata", "resourceVersion", message: "must not be set when a resource is created",
            value: resource.metadata.resourceVersion)
        ])
      }
      resource.metadata.uid = Identity.makeUID()
      resource.metadata.creationTimestamp = Identity.makeTimestamp()
      return .create(resource, json: try StoredObject.json(of: resource))
    case .update(let resource):
      try check(resource.key)
      guard let revision = resource.metadata.resourceVersion, !revision.isEmpty else {
        throw .validation([
          FieldProblem(
            "metadata", "resourceVersion", message: "must be set when a resource is updated")
        ])
      }
      let base = Int64(revision) ?? noRevision
      return .update(resource, basedOn: base, json: try StoredObject.json(of: resource))
    case .delete(let key, let revision):
      try check(key)
      return .delete(key, basedOn: revision.map { Int64($0) ?? noRevision })
    }
  }

  /// Stands for a revision of another store: no object has it.
  private static let noRevision: Int64 = -1

  private static func check(_ key: ResourceKey) throws(DatastoreError) {
    if key.name.isEmpty { throw .missingIdentifier("name") }
    if key.kind.isNamespaced, key.namespace?.isEmpty ?? true {
      throw .missingIdentifier("namespace")
    }
  }
}
