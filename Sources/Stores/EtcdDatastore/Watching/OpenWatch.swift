// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Datastore
import Resources

/// A watch as its consumer holds it: when the consumer lets it go, it ends.
final class OpenWatch: Sendable {
  private let mailbox: WatchMailbox
  private let reading: Task<Void, Never>
  private let watches: OpenWatches
  private let id: Int

  /// Errors: `unavailable` when the datastore is closed.
  init(
    _ mailbox: WatchMailbox, _ reading: Task<Void, Never>, in watches: OpenWatches
  ) throws(DatastoreError) {
    let id = watches.add {
      mailbox.finish(.watchTerminated("the datastore was closed"))
      reading.cancel()
    }
    guard let id else {
      reading.cancel()
      throw .unavailable("the datastore was closed")
    }
    self.id = id
    self.mailbox = mailbox
    self.reading = reading
    self.watches = watches
  }

  func next() async throws(DatastoreError) -> WatchEvent? { try await mailbox.next() }

  deinit {
    watches.remove(id)
    mailbox.abandon()
    reading.cancel()
  }
}
