// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import PolicyOracle

/// A packet to try.
public struct Probe: Sendable, Hashable {
  public var flow: Flow
  /// Whether only an evaluator can take it: real sockets cannot send it, or the connection tracking
  /// of a kernel refuses it as the first packet of a flow (ICMP errors and replies).
  public var simulatedOnly: Bool

  public init(_ flow: Flow, simulatedOnly: Bool = false) {
    self.flow = flow
    self.simulatedOnly = simulatedOnly
  }
}
