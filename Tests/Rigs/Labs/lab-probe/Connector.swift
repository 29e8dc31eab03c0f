// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Tries several targets at once and says how each try ended.
struct Connector {
  var attempts: [Attempt]

  func run() {
    while true {
      for attempt in attempts { attempt.step() }
      let open = attempts.filter { $0.outcome == nil }
      guard !open.isEmpty, !Stop.isRequested else { return }
      var entries = open.map(\.waiting)
      let next = open.map(\.wakeUp).min() ?? now()
      poll(&entries, nfds_t(entries.count), Int32(clamping: max(1, next - now())))
    }
  }
}
