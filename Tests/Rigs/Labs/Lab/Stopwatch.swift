// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import HostSystem

/// How long something takes.
public struct Stopwatch: Sendable {
  private let start = monotonicMilliseconds()

  public init() {}

  public var milliseconds: Int { monotonicMilliseconds() - start }
}
