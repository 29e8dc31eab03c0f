// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Addressing
import Datastore
import Glibc
import HostSystem
import Logging
import Netlink
import ProgramServices
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
    /// addresses, and routes to the workloads' addresses, which have no gateway. BIRD's routes, told
    /// apart by their protocol, come by the thousand and lead to other nodes' blocks: what they tell
    /// are those nodes' addresses, which no workload may take.
    ///
    /// - Parameter gateways: Those that BIRD's routes have told, until one of them is withdrawn.
    mutating func take(_ event: RouteEvent, _ gateways: inout Set<IPAddress>) {
      switch event {
      case .link(let link), .linkRemoved(let link): names.insert(link.name)
      case .address(let address), .addressRemoved(let address):
        if !address.address.address.isLinkLocal { host = true }
      case .route(let route), .routeRemoved(let route):
        let isLocal = route.destination.isHost && route.gateway == nil && route.nextHops.isEmpty
        guard route.table == RouteTable.main, route.protocol != .kernel, !isLocal else { return }
        if route.protocol == .bird {
          let told = Set([route.gateway].compactMap { $0 } + route.nextHops.compactMap(\.gateway))
          if case .routeRemoved = event {
            // Others may lead through it still: reading tells.
            if gateways.isDisjoint(with: told) { return }
            gateways.subtract(told)
          } else {
            if gateways.isSuperset(of: told) { return }
            gateways.formUnion(told)
          }
        }
        host = true
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

  /// Told of changes on the watcher's thread, where blocking is allowed, before its consumer is.
  typealias Heed = @Sendable (Changes) -> Void
  typealias Open = @Sendable () throws(NetlinkError) -> RouteMonitor

  private let executor: ThreadExecutor
  private let clock: HostClock
  private let open: Open
  private let heed: Heed

  /// - Parameters:
  ///   - open: Subscribes to what happens.
  ///   - heed: Looks at what has changed, on the watcher's thread.
  init(
    clock: HostClock = .continuous,
    open: @escaping Open = { () throws(NetlinkError) in
      try RouteMonitor([.links, .addresses, .routes])
    }, heed: @escaping Heed = { _ in }
  ) throws(NetlinkError) {
    do throws(SystemCallError) {
      executor = try ThreadExecutor(name: "links")
    } catch {
      throw NetlinkError("start a thread", error)
    }
    self.clock = clock
    self.open = open
    self.heed = heed
  }

  /// What happens, until the consumer's task ends. Whenever watching begins, for the first time or
  /// after a failure, it says that everything is to be looked at, and so it does when so much happened
  /// that the kernel could not tell all of it: at once, and as long as that goes on every two seconds.
  func changes(log: Logger) -> some AsyncSequence<Changes, Never> {
    let waiting = Waiting()
    let stream = AsyncStream<Void>(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let task = Task(executorPreference: executor) {
        var backoff = Backoff()
        while !Task.isCancelled {
          let start = clock.now()
          guard let error = watch(waiting, continuation, log) else { break }
          // What went well for a while is no row of failures.
          if clock.now() - start > Self.longestPause { backoff.reset() }
          let pause = backoff.next()
          log.warning("watching interfaces: \(error); again in \(pause.inWords)")
          do { try await clock.sleep(pause) } catch { break }
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
    return stream.map { waiting.take() }
  }

  private static let longestPause = Backoff().longest

  /// Watches until the task is cancelled, or until that fails, and returns why.
  private func watch(
    _ waiting: Waiting, _ continuation: AsyncStream<Void>.Continuation, _ log: Logger
  ) -> NetlinkError? {
    do throws(NetlinkError) {
      let monitor = try open()
      tell(Changes(areLost: true), waiting, continuation)
      try follow(monitor, waiting, continuation, log)
      return nil
    } catch {
      return error
    }
  }

  private func tell(
    _ changes: Changes, _ waiting: Waiting, _ continuation: AsyncStream<Void>.Continuation
  ) {
    heed(changes)
    waiting.add(changes)
    continuation.yield()
  }

  private func follow(
    _ monitor: RouteMonitor, _ waiting: Waiting, _ continuation: AsyncStream<Void>.Continuation,
    _ log: Logger
  ) throws(NetlinkError) {
    var pause = HostPause()
    var losses = LossPause()
    var gateways: Set<IPAddress> = []
    while !Task.isCancelled {
      let start = clock.now()
      let waits = [pause.wait(at: start), losses.wait(at: start), HostPause.quiet]
      let wait = waits.compactMap { $0 }.min() ?? .zero
      var file = pollfd(fd: monitor.fileDescriptor, events: Int16(POLLIN), revents: 0)
      let isReadable = poll(&file, 1, Self.milliseconds(wait)) > 0
      var changes = Changes()
      // One datagram at a time: a stream of them does not keep what is due waiting.
      if isReadable {
        if let events = try receive(monitor) {
          for event in events { changes.take(event, &gateways) }
        } else {
          losses.note()
          gateways.removeAll()
        }
      }
      let now = clock.now()
      if changes.host { pause.note(at: now) }
      changes.areLost = losses.take(at: now)
      changes.host = pause.take(at: now, isTelling: changes.areLost || !changes.names.isEmpty)
      guard !changes.isEmpty else { continue }
      if changes.areLost {
        log.info("watching interfaces: more happened than could be told, all is looked at again")
      }
      tell(changes, waiting, continuation)
    }
  }

  /// What has come; `nil` when some of it is lost. The monitor hears of what comes next all the same.
  private func receive(_ monitor: RouteMonitor) throws(NetlinkError) -> [RouteEvent]? {
    do throws(NetlinkError) {
      return try monitor.receive(wait: false) ?? []
    } catch  where error.reason == .overrun || error.reason == .truncated {
      return nil
    }
  }

  /// Rounded up, so that nobody asks again before the time.
  private static func milliseconds(_ duration: Duration) -> Int32 {
    Int32(clamping: Int64((duration / .milliseconds(1)).rounded(.up)))
  }
}
