// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// A thread of one's own, for calls that block. It is joined or detached once.
public struct HostThread: Sendable {
  private let id: pthread_t

  /// Starts a thread.
  ///
  /// - Parameter name: What `ps -L` shows; the kernel keeps 15 bytes.
  public init(name: String, _ body: sending @escaping () -> Void) throws(SystemCallError) {
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { raw in
        guard let raw else { return nil }
        let start = Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
        pthread_setname_np(
          pthread_self(), String(decoding: start.name.utf8.prefix(15), as: UTF8.self))
        start.body()
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw SystemCallError("pthread_create", name, code: code)
    }
    id = thread
  }

  /// Whether the caller runs on it.
  public var isCurrent: Bool { pthread_equal(pthread_self(), id) != 0 }

  /// Waits for its end. Not to be called on the thread itself.
  public func join() { pthread_join(id, nil) }

  /// Leaves it alone: nobody will wait for its end.
  public func detach() { pthread_detach(id) }

  private final class Start {
    let name: String
    let body: () -> Void

    init(name: String, body: @escaping () -> Void) {
      self.name = name
      self.body = body
    }
  }
}
