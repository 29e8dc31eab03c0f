// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem
import AsyncHTTPClient
import NIOCore

extension KubernetesClient {
  /// Follows what is selected, from just after a revision, until it cannot go on or the task is
  /// cancelled; it never returns by itself.
  ///
  /// The server ends a watch every few minutes, and networks break: it is resumed where it was,
  /// unless the server cannot be reached or no longer knows the revision.
  ///
  /// - Parameters:
  ///   - isOpen: called once the server has accepted the watch for the first time.
  ///   - deliver: called for each event in order; while it waits, nothing more is read.
  ///
  /// Errors: `status` (`isGone`: list again), and whatever a call may throw.
  package func follow(
    _ resource: APIResource, _ selection: Selection = Selection(), from start: String,
    isOpen: () -> Void = {},
    deliver: (KubernetesWatchEvent) async throws(KubernetesError) -> Void
  ) async throws(KubernetesError) -> Never {
    var position = start
    var barren = 0
    var isFirst = true
    while true {
      var request = KubernetesRequest(
        .get, resource.path(namespace: selection.namespace), format: resource.format)
      request.query =
        selection.query + [
          ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", position),
          ("timeoutSeconds", "\(options.watchSeconds)"),
        ]
      let response = try await openWatch(request)
      if isFirst {
        isOpen()
        isFirst = false
      } else {
        // The server knows nothing newer so far: a sign of life where it sends no bookmarks.
        try await deliver(.position(position))
      }
      let before = position
      let began = options.clock.now()
      do throws(KubernetesError) {
        try await read(response, request, &position, deliver)
      } catch {
        // What is broken may be resumed, if the server is there.
        guard case .unreachable = error else { throw error }
      }
      // A server that accepts watches and ends them at once is not asked without end.
      let isBarren = position == before && options.clock.now() - began < .seconds(1)
      barren = isBarren ? barren + 1 : 0
      if barren >= 5 {
        throw .unreachable("\(server) ends the watch of \(resource) as soon as it has begun")
      }
      if barren > 0 {
        do {
          try await options.clock.sleep(.milliseconds(50 << barren))
        } catch { throw .cancelled }
      }
    }
  }

  /// Reads one answer to its end, which may be in the middle of an event: that one comes again.
  private func read(
    _ response: HTTPClientResponse, _ request: KubernetesRequest, _ position: inout String,
    _ deliver: (KubernetesWatchEvent) async throws(KubernetesError) -> Void
  ) async throws(KubernetesError) {
    var splitter = FrameSplitter(request.format)
    do {
      for try await part in response.body {
        splitter.append(part)
        var hasMoved = false
        while let frame = try splitter.next() {
          let event = try WireEvent(frame, request.format)
          switch event.content {
          case .set(let object): try await deliver(.set(object))
          case .deleted(let object): try await deliver(.deleted(object))
          case .bookmark: break
          case .error(let status): throw KubernetesError.status(status)
          }
          if let revision = event.revision {
            position = revision
            hasMoved = true
          }
        }
        if hasMoved { try await deliver(.position(position)) }
      }
    } catch {
      throw error as? KubernetesError ?? failure(error, request)
    }
  }
}
