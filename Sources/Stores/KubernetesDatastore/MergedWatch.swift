// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import KubernetesClient
import Resources
import Synchronization

/// Follows all collections that a kind's resources come from, as one stream of events.
///
/// The order is that of each collection. The revision of the whole is made of theirs.
final class MergedWatch: Sendable {
  private let mailbox = Mailbox<WatchEvent>(capacity: 256)
  private let task: Mutex<Task<Void, Never>?>

  init(
    _ query: ListQuery, _ sources: [(source: WatchSource, position: String)],
    client: KubernetesClient
  ) {
    task = Mutex(nil)
    let positions = Positions(sources.map(\.position))
    let mailbox = mailbox
    let task = Task {
      await withTaskGroup(of: KubernetesError.self) { group in
        for (index, (source, position)) in sources.enumerated() {
          group.addTask {
            do throws(KubernetesError) {
              try await client.follow(source.resource, source.selection, from: position) {
                event throws(KubernetesError) in
                let events: [WatchEvent]
                switch event {
                case .set(let object): events = try await source.convert(.set(object))
                case .deleted(let object): events = try await source.convert(.deleted(object))
                case .position(let position):
                  events = [.progress(revision: positions.move(index, to: position))]
                }
                for event in events where event.isSelected(by: query) {
                  guard await mailbox.send(event) else { throw .cancelled }
                }
              }
            } catch {
              return error
            }
          }
        }
        guard let error = await group.next() else { return }
        group.cancelAll()
        mailbox.finish(
          throwing: DatastoreError(error, endingWatchOf: "\(query.kind.rawValue) resources"))
      }
    }
    self.task.withLock { $0 = task }
  }

  func next() async throws -> WatchEvent? { try await mailbox.next() }

  /// Nobody listens any more.
  func cancel() {
    task.withLock { $0 }?.cancel()
    mailbox.finish()
  }

  /// The datastore is closed: whoever listens is told.
  func close() {
    mailbox.finish(throwing: DatastoreError.watchTerminated("the datastore is closed"))
    task.withLock { $0 }?.cancel()
  }
}

/// How far each collection has been followed.
private final class Positions: Sendable {
  private let parts: Mutex<[String]>

  init(_ parts: [String]) { self.parts = Mutex(parts) }

  func move(_ index: Int, to position: String) -> String {
    parts.withLock { parts in
      parts[index] = position
      return CompositeRevision.join(parts)
    }
  }
}

/// Ends a watch when its stream is dropped.
final class WatchHandle: Sendable {
  private let watch: MergedWatch
  private let isGone: @Sendable () -> Void

  init(_ watch: MergedWatch, isGone: @escaping @Sendable () -> Void) {
    self.watch = watch
    self.isGone = isGone
  }

  func next() async throws -> WatchEvent? { try await watch.next() }

  deinit {
    watch.cancel()
    isGone()
  }
}

extension WatchEvent {
  /// Whether it is about what the query names.
  fileprivate func isSelected(by query: ListQuery) -> Bool {
    switch self {
    case .set(let resource): query.selects(resource.key)
    case .deleted(let key): query.selects(key)
    case .malformed(let object): query.selects(object.key)
    case .progress: true
    }
  }
}
