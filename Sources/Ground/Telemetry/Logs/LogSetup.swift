// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem

/// What of a log nobody has to configure, and tests have otherwise.
struct LogSetup: Sendable {
  /// The screen.
  var descriptor = STDERR_FILENO
  var syslogPath = "/dev/log"
  /// Bytes that may wait for each place.
  var waiting = 1 << 20
  /// Bytes of a file, after which the next is begun.
  var fileSize = 10 << 20
  /// Files that are kept besides it.
  var oldFiles = 4
  /// How long whoever logs an error waits until it is written, at most.
  var patience = Duration.milliseconds(100)
  /// How long a place that failed is left alone.
  var pause = Duration.seconds(1)
  var clock = HostClock.continuous
}
