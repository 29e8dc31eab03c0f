// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import Datastore

/// Assigns addresses out of pools and takes them back.
///
/// Any number of clients in any number of processes work on one store at once, and each may be
/// stopped at any moment: no address is given to two holders, and none is lost as long as whoever
/// asked under a handle gives the handle back (`release(handle:)`), also after an error or a stop,
/// when it is not known what was done.
///
/// Where the store commits several writes at once, every operation here is one commit, except those
/// on many blocks, which are one commit for each block.
public struct IPAMClient: Sendable {
  let store: any Datastore
  let clock: WallClock
  /// Addresses that are never assigned automatically, besides those of the store's reservations;
  /// to ask for one of them by itself is allowed.
  public var reserved: CIDRSet
  let retryPause: @Sendable (Int) async -> Void

  /// - Parameter retryPause: waits before the given attempt (1, 2, …) of a write that lost against
  ///   another writer.
  public init(
    store: any Datastore, clock: WallClock = .system, reserved: CIDRSet = CIDRSet(),
    retryPause: @escaping @Sendable (_ attempt: Int) async -> Void = IPAMClient.randomPause
  ) {
    self.store = store
    self.clock = clock
    self.reserved = reserved
    self.retryPause = retryPause
  }

  /// A random time that grows with the attempts, up to 50 ms, so that writers that met once do not
  /// meet again.
  @Sendable public static func randomPause(attempt: Int) async {
    let most = min(50_000, 500 << min(attempt, 7))
    try? await Task.sleep(for: .microseconds(Int.random(in: 0...most)))
  }

  /// Runs an operation: once, if its writes go out one by one, else until its commit goes through.
  func transact<T>(
    _ body: (inout Session) async throws(IPAMError) -> T
  ) async throws(IPAMError) -> T {
    for attempt in 0..<Session.retries {
      var session = Session(self)
      try await session.pause(before: attempt)
      let value = try await body(&session)
      if try await session.commit() { return value }
    }
    throw .tooManyConflicts(Session.retries)
  }

  static func check(host: String) throws(IPAMError) {
    guard (1...Names.limit).contains(host.utf8.count) else { throw .invalidHost(host) }
  }

  static func check(handle: String) throws(IPAMError) {
    guard (1...Names.limit).contains(handle.utf8.count) else { throw .invalidHandle(handle) }
  }
}
