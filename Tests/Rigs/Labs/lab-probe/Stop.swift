// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Whether somebody has asked the program to end.
enum Stop {
  private static let flag = Atomic<Bool>(false)

  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  static func install() {
    // Touched before a signal can come: a handler must not be the first to make it.
    _ = isRequested
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGTERM, SIGINT] {
      // poll(2) is never restarted after it.
      signal(number) { _ in Stop.flag.store(true, ordering: .relaxed) }
    }
  }
}
