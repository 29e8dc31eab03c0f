// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
import KubernetesClient

/// Objects of Kubernetes' own that stand for no resource of Calico's, to list and to follow.
public struct ClusterCollection<Item: Sendable>: Sendable {
  let client: KubernetesClient
  let resource: APIResource
  let selection: KubernetesClient.Selection
  let convert: @Sendable (RawObject) throws(KubernetesError) -> Item

  /// What a list found.
  public struct Listing: Sendable {
    public var items: [Item]
    /// What to watch from.
    public var revision: String
  }

  public enum Event: Sendable {
    /// It was made or changed.
    case set(Item)
    /// As it was last.
    case deleted(Item)
    /// Everything up to this revision has been told.
    case progress(revision: String)
  }

  /// All of them, in any order.
  public func list() async throws(DatastoreError) -> Listing {
    do throws(KubernetesError) {
      let listing = try await client.list(resource, selection)
      var items: [Item] = []
      items.reserveCapacity(listing.items.count)
      for object in listing.items { items.append(try convert(object)) }
      return Listing(items: items, revision: listing.revision)
    } catch {
      throw DatastoreError(error, listing: resource)
    }
  }

  /// The changes in order, from just after a revision that `list` returned. The stream ends with
  /// `DatastoreError.watchTerminated` when it cannot go on: list again and watch from there.
  public func watch(
    from revision: String
  ) throws(DatastoreError) -> AsyncThrowingStream<Event, any Error> {
    guard CompositeRevision.isRevision(revision) else {
      throw .watchTerminated("'\(revision)' is not a revision of this store")
    }
    let mailbox = Mailbox<Event>(capacity: 256)
    let task = Task {
      do throws(KubernetesError) {
        try await client.follow(resource, selection, from: revision) {
          event throws(KubernetesError) in
          let change: Event =
            switch event {
            case .set(let object): .set(try convert(object))
            case .deleted(let object): .deleted(try convert(object))
            case .position(let revision): .progress(revision: revision)
            }
          guard await mailbox.send(change) else { throw .cancelled }
        }
      } catch {
        mailbox.finish(throwing: DatastoreError(error, endingWatchOf: "\(resource)"))
      }
    }
    let watch = CollectionWatch(mailbox, task)
    return AsyncThrowingStream { try await watch.next() }
  }
}

/// Ends a watch when its stream is dropped.
private final class CollectionWatch<Event: Sendable>: Sendable {
  private let mailbox: Mailbox<Event>
  private let task: Task<Void, Never>

  init(_ mailbox: Mailbox<Event>, _ task: Task<Void, Never>) {
    self.mailbox = mailbox
    self.task = task
  }

  func next() async throws -> Event? { try await mailbox.next() }

  deinit {
    task.cancel()
    mailbox.finish()
  }
}
