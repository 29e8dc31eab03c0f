// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import FoundationEssentials
public import Resources
import SwiftProtobuf

extension EtcdDatastore {
  public func get(_ key: ResourceKey) async throws(DatastoreError) -> any Resource {
    try Self.check(key)
    guard let found = try await look(for: [key])[key] else { throw .doesNotExist(key) }
    switch found.meaning(key.kind) {
    case .resource(let resource): return resource
    case .malformed(let object): throw .unreadable(object)
    case .nothing: throw .doesNotExist(key)
    }
  }

  public func list(_ query: ListQuery) async throws(DatastoreError) -> ListResult {
    for _ in 0..<3 {
      do throws(CallFailure) {
        return try await snapshot(query)
      } catch {
        // While it was read, its revision was compacted: read a newer one.
        if case .compacted = error { continue }
        throw error.error
      }
    }
    throw .unavailable("etcd is compacted faster than \(query.kind.rawValue) resources can be read")
  }

  /// What is stored now under the places where these objects may be.
  func look(
    for keys: some Collection<ResourceKey>
  ) async throws(DatastoreError) -> [ResourceKey: StoredValue] {
    var found: [ResourceKey: StoredValue] = [:]
    var places: [(key: ResourceKey, path: String)] = []
    for key in keys {
      let paths = KeyLayout.candidates(key)
      places += paths.map { (key, $0) }
      if paths.isEmpty { found[key] = try await search(key) }
    }
    var next = places.startIndex
    while next < places.endIndex {
      // As many as etcd takes at once.
      let batch = places[next...].prefix(Self.operationsAtOnce)
      next = batch.endIndex
      let responses = try await ranges(
        batch.map { place in .with { $0.key = Data(place.path.utf8) } })
      for (place, response) in zip(batch, responses) {
        guard found[place.key] == nil, let pair = response.kvs.first else { continue }
        let value = StoredValue(pair)
        guard value.meaning(place.key.kind).key == place.key else { continue }
        found[place.key] = value
        recent.note(place.key, value)
      }
    }
    return found
  }

  /// etcd's default of --max-txn-ops.
  private static let operationsAtOnce = 128

  /// Looks for an object whose place its name does not say.
  private func search(_ key: ResourceKey) async throws(DatastoreError) -> StoredValue? {
    for range in KeyLayout.ranges(of: ListQuery(key.kind, namePrefix: key.name)) {
      let pages = try await refusing { () throws(CallFailure) in
        var pages: [RangePage] = []
        _ = try await self.page(range, at: 0) { pages.append($0) }
        return pages
      }
      for page in pages {
        for entry in page.entries where page.meaning(of: entry, key.kind).key == key {
          return page.stored(entry)
        }
      }
    }
    return nil
  }

  private func ranges(
    _ requests: [Etcdserverpb_RangeRequest]
  ) async throws(DatastoreError) -> [Etcdserverpb_RangeResponse] {
    try await refusing { () throws(CallFailure) in
      if requests.count == 1, let only = requests.first {
        return [
          try await self.client.call { link, metadata, options in
            try await link.kv.range(only, metadata: metadata, options: options)
          }
        ]
      }
      let request = Etcdserverpb_TxnRequest.with {
        $0.success = requests.map { request in .with { $0.requestRange = request } }
      }
      let response = try await self.client.call { link, metadata, options in
        try await link.kv.txn(request, metadata: metadata, options: options)
      }
      return response.responses.map(\.responseRange)
    }
  }

  /// Runs calls whose failures are all the same to the caller.
  func refusing<R>(
    _ body: () async throws(CallFailure) -> R
  ) async throws(DatastoreError) -> R {
    do throws(CallFailure) { return try await body() } catch { throw error.error }
  }

  // MARK: - Lists

  /// Objects that one task decodes, so that all cores have some.
  private static let objectsOfTask = 1_000

  /// All that a query names, at one revision.
  private func snapshot(_ query: ListQuery) async throws(CallFailure) -> ListResult {
    let (parts, revision) = try await read(query) { Listed($0, of: $1, query) }
    var all = Listed()
    for part in parts { all.append(part) }
    all.order()
    return ListResult(items: all.items, revision: String(revision), malformed: all.malformed)
  }

  /// Reads all that a query names, at one revision, and has it decoded while the next page is under
  /// way. When this returns, also with an error, no decoder runs any more.
  ///
  /// - Parameter decode: what becomes of some entries of a page. Its task is cancelled when nobody
  ///   wants it any more.
  func read<Part: Sendable>(
    _ query: ListQuery, _ decode: @escaping @Sendable (Range<Int>, RangePage) -> Part
  ) async throws(CallFailure) -> (parts: [Part], revision: Int64) {
    var revision: Int64 = 0
    var decoders = Decoders<Part>()
    do throws(CallFailure) {
      for range in KeyLayout.ranges(of: query) {
        revision = try await page(range, at: revision) { page in
          for first in stride(from: 0, to: page.entries.count, by: Self.objectsOfTask) {
            let some = first..<min(first + Self.objectsOfTask, page.entries.count)
            decoders.start { decode(some, page) }
          }
        }
      }
    } catch {
      await decoders.abandon()
      throw error
    }
    let parts = await decoders.finish()
    if Task.isCancelled { throw .refused(.cancelled) }
    return (parts, revision)
  }

  /// What stands in a part of a list, as its readers know it.
  private struct Listed: Sendable {
    var items: [any Resource] = []
    var malformed: [MalformedObject] = []
    /// Whether the items are in the order of their keys, and each key is there once.
    var isOrdered = true
    private var first: ResourceKey?
    private var last: ResourceKey?

    init() {}

    init(_ places: Range<Int>, of page: RangePage, _ query: ListQuery) {
      items.reserveCapacity(places.count)
      for entry in page.entries[places] {
        if Task.isCancelled { return }
        switch page.meaning(of: entry, query.kind) {
        case .resource(let resource):
          let key = resource.key
          guard query.selects(key) else { continue }
          if let last, last >= key { isOrdered = false }
          if first == nil { first = key }
          last = key
          items.append(resource)
        case .malformed(let object): if query.selects(object.key) { malformed.append(object) }
        case .nothing: break
        }
      }
    }

    mutating func append(_ next: Listed) {
      if let last, let first = next.first, last >= first { isOrdered = false }
      isOrdered = isOrdered && next.isOrdered
      first = first ?? next.first
      last = next.last ?? last
      items += next.items
      malformed += next.malformed
    }

    /// Puts the objects in the order of their keys, which is not always that of etcd's. Of a policy
    /// that is stored under both of its names, the one without the tier's is the policy.
    mutating func order() {
      if isOrdered { return }
      var pairs = items.map { ($0.key, $0) }.sorted {
        ($0.0, $0.1.metadata.name.utf8.count) < ($1.0, $1.1.metadata.name.utf8.count)
      }
      var previous: ResourceKey?
      pairs.removeAll { pair in
        defer { previous = pair.0 }
        return pair.0 == previous
      }
      items = pairs.map(\.1)
    }
  }

  /// Reads a range in pages and gives each on. Returns the revision of all of them.
  ///
  /// - Parameter revision: 0 is now.
  private func page(
    _ range: KeyRange, at revision: Int64, _ take: (RangePage) -> Void
  ) async throws(CallFailure) -> Int64 {
    var revision = revision
    var start = range.startData
    var size = options.pageSize
    while true {
      let request = Etcdserverpb_RangeRequest.with {
        $0.key = start
        $0.rangeEnd = range.endData
        $0.limit = Int64(size)
        $0.revision = revision
      }
      let page: RangePage
      do throws(CallFailure) {
        page = try await client.call { link, metadata, options in
          try await link.page(request, metadata: metadata, options: options)
        }
      } catch {
        guard case .answerTooLarge = error, size > 1 else { throw error }
        size /= 4
        size = max(1, size)
        continue
      }
      if revision == 0 { revision = page.revision }
      take(page)
      guard page.hasMore, let last = page.entries.last else { return revision }
      start = Data(page.bytes[last.key]) + [0]
      let fitting = options.pageBytes * page.entries.count / max(1, page.valueBytes)
      size = max(size, min(4 * size, fitting))
    }
  }
}
