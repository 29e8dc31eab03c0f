// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Datastore
public import Resources
public import SyncModel
import Synchronization

/// A datastore as a source of updates: what its syncer delivers, and the lock lets pass, converted.
public final class DatastoreSource: SyncSource {
  /// The kinds that something follows from.
  public static let kinds: [Kind] = [
    .workloadEndpoint, .hostEndpoint, .networkPolicy, .globalNetworkPolicy, .tier, .profile,
    .networkSet, .globalNetworkSet, .ipPool, .node, .ipamBlock, .bgpPeer, .bgpConfiguration,
    .felixConfiguration, .clusterInformation,
  ]

  private let changes: any ChangeSource
  private let converter = Mutex(SyncConverter())

  /// - Parameter changes: The store's changes. What may not be put into force while the datastore is
  ///   locked must not come out of it: `LockGate` sees to that, below conversion, because what is not
  ///   to be delivered is also nothing to say anything of.
  public init(_ changes: any ChangeSource) { self.changes = changes }

  public func run() async { await changes.run() }

  public func next() async -> UpdateBatch? {
    guard let batch = await changes.next() else { return nil }
    return converter.withLock {
      $0.convert(batch.changes, status: batch.status, isStatusNew: batch.isStatusNew)
    }
  }
}
