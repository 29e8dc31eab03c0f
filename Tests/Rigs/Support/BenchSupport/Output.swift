// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import Glibc

/// What a benchmark's program says to whoever started it.
public enum Output {
  /// Writes a line at once: somebody waits for it.
  public static func say(_ line: String, to descriptor: Int32 = STDOUT_FILENO) {
    let bytes = Array((line + "\n").utf8)
    _ = write(descriptor, bytes, bytes.count)
  }

  /// CLOCK_MONOTONIC in nanoseconds, which is the same in all processes.
  public static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
