// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import Logging
import Netlink
import Synchronization

/// Waits, on a thread of its own, for interfaces to come, go and change, and for changes of the host's
/// addresses and routes.
struct LinkWatcher {
  /// What happened since it was asked last.
  struct Changes: Sendable, Equatable {
    /// The interfaces that came, went or changed.
    var names: Set<String> = []
    /// Addresses or routes that may be the host's changed.
    var host = false
    /// Events were lost: look at everything.
    var areLost = false

    var isEmpty: Bool { self == Changes() }

    mutating func merge(_ other: Changes) {
      names.formUnion(other.names)
      host = host || other.host
      areLost = areLost || other.areLost
    }

    /// Takes up an event. Workloads' own come by the hundred and tell nothing of the host: link-local
    /// addresses, and routes to the workloads' addresses, which have no gateway.
    mutating func take(_ event: RouteEvent) {
      switch event {
      case .link(let link), .linkRemoved(let link): names.insert(link.name)
      case .address(let address), .addressRemoved(let address):
        if !address.address.address.isLinkLocal { host = true }
      case .route(let route), .routeRemoved(let route):
        let isLocal = route.destination.isHost && route.gateway == nil && route.nextHops.isEmpty
        if route.table == RouteTable.main, route.protocol != .kernel, !isLocal { host = true }
      default: break
      }
    }
  }

  /// Changes that nobody has taken yet: a slow consumer finds them merged.
  private final class Waiting: Sendable {
    private let changes = Mutex(Changes())

    func add(_ new: Changes) { changes.withLock { $0.merge(new) } }

    func take() -> Changes {
      changes.withLock { changes in
        defer { changes = Changes() }
        return changes
      }
    }
  }

  private let executor: ThreadExecutor

  init() throws(NetlinkError) { executor = try ThreadExecutor(name: "links") }

  /// What happens, until the consumer's task ends. The first says that everything is to be looked at.
  func changes(log: Logger) -> some AsyncSequence<Changes, Never> {
    let waiting = Waiting()
    let stream = AsyncStream<Void>(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let task = Task(executorPreference: executor) {
        while !Task.isCancelled {
          do throws(NetlinkError) {
            let monitor = try RouteMonitor([.links, .addresses, .routes])
            waiting.add(Changes(areLost: true))
            continuation.yield()
            try Self.follow(monitor, waiting, continuation)
          } catch {
            log.warning("watching interfaces: \(error)")
          }
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
    return stream.map { waiting.take() }
  }

  private static func follow(
    _ monitor: RouteMonitor, _ waiting: Waiting, _ continuation: AsyncStream<Void>.Continuation
  ) throws(NetlinkError) {
    // Routes change by the thousand when a peer comes: about the host's a pause is made.
    var isHostWaiting = false
    while !Task.isCancelled {
      var file = pollfd(fd: monitor.fileDescriptor, events: Int16(POLLIN), revents: 0)
      let isQuiet = poll(&file, 1, 500) <= 0
      var changes = Changes()
      while !isQuiet, let events = try monitor.receive(wait: false) {
        for event in events { changes.take(event) }
      }
      isHostWaiting = isHostWaiting || changes.host
      changes.host = isHostWaiting && (isQuiet || !changes.names.isEmpty)
      if changes.host { isHostWaiting = false }
      guard !changes.isEmpty else { continue }
      waiting.add(changes)
      continuation.yield()
    }
  }
}
