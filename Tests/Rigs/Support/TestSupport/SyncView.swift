// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
public import Resources
import Testing

/// A consumer's view of a syncer, checking what must hold for every batch.
public struct SyncView {
  public private(set) var resources: [ResourceKey: any Resource] = [:]
  public private(set) var status = SyncStatus.waitForDatastore
  /// Every new status, in order.
  public private(set) var statuses: [SyncStatus] = []

  public init() {}

  /// The contents of the objects of a kind, by name.
  public func contents(_ kind: Kind = .globalNetworkSet) -> [String: String] {
    var contents: [String: String] = [:]
    for (key, resource) in resources where key.kind == kind {
      contents[key.name] = resource.content
    }
    return contents
  }

  public mutating func apply(_ batch: SyncBatch) {
    #expect(Set(batch.changes.map(\.key)).count == batch.changes.count, "one change a key")
    #expect(batch.isStatusNew == (batch.status != status))
    #expect(batch.isStatusNew || !batch.changes.isEmpty, "a batch says something")
    for change in batch.changes {
      switch change {
      case .set(let resource):
        #expect(resources[resource.key]?.revision != resource.revision, "nothing comes twice")
        resources[resource.key] = resource
      case .removed(let key):
        #expect(resources.removeValue(forKey: key) != nil, "what was not there is not removed")
      }
    }
    status = batch.status
    if batch.isStatusNew { statuses.append(status) }
  }

  /// Takes batches until the view is as wanted.
  public mutating func follow(
    _ syncer: Syncer, until isDone: (SyncView) async -> Bool
  ) async {
    while await !isDone(self) {
      guard let batch = await syncer.next() else {
        Issue.record("the syncer ended")
        return
      }
      apply(batch)
    }
  }
}
