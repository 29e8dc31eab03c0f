// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostSystem
import TestSupport

/// How the tests are to run, from the environment.
enum RunOptions {
  /// The first seed; `CALICO_TEST_SEED`, or a new one. Printed, so that a run can be repeated.
  static let seed = SplitMix64.seed(for: "policy judgement")

  /// How many worlds are judged; `CALICO_TEST_WORLDS`.
  static let worlds = Int(clamping: number("CALICO_TEST_WORLDS") ?? 500)

  /// Whether packets go through the kernel too; `CALICO_TEST_JUDGES=simulator` leaves it out.
  static let asksKernel =
    getenv("CALICO_TEST_JUDGES").map { String(cString: $0) } != "simulator" && geteuid() == 0

  /// Whether a world in which judges disagree is made small before it is printed; not with
  /// `CALICO_TEST_SHRINK=0`.
  static let shrinks = number("CALICO_TEST_SHRINK") != 0

  private static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }
}
