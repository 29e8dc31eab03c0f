// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Netlink

/// Waits, on a thread of its own, for interfaces to come, go and change.
struct LinkWatcher {
  private let executor: ThreadExecutor

  init() throws(NetlinkError) { executor = try ThreadExecutor(name: "links") }

  /// The names of interfaces that changed, a batch at a time, until the consumer's task ends. An
  /// empty batch says that events were lost: look at everything.
  func changes(log: Logger) -> AsyncStream<Set<String>> {
    AsyncStream { continuation in
      let task = Task(executorPreference: executor) {
        while !Task.isCancelled {
          do throws(NetlinkError) {
            let monitor = try RouteMonitor([.links])
            continuation.yield([])
            try Self.follow(monitor, continuation)
          } catch {
            log.warning("watching interfaces: \(error)")
          }
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private static func follow(
    _ monitor: RouteMonitor, _ continuation: AsyncStream<Set<String>>.Continuation
  ) throws(NetlinkError) {
    while !Task.isCancelled {
      var waiting = pollfd(fd: monitor.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 500) > 0 else { continue }
      var names: Set<String> = []
      while let events = try monitor.receive(wait: false) {
        for event in events {
          switch event {
          case .link(let link), .linkRemoved(let link): names.insert(link.name)
          default: break
          }
        }
      }
      if !names.isEmpty { continuation.yield(names) }
    }
  }
}
