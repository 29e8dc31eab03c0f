// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One thing that a rule asks of a packet, and whether the packet has it.
public struct Criterion: Sendable, Hashable, CustomStringConvertible {
  /// An answer to what a rule asks.
  public enum Answer: String, Sendable, Hashable {
    case yes
    case no
    /// Nobody can say: the criterion is wrong, or not known here.
    case unknown
  }

  /// What is asked: "destination.ports 80, 443".
  public var description: String
  public var answer: Answer

  init(_ description: String, _ holds: Bool) {
    self.description = description
    answer = holds ? .yes : .no
  }

  init(unknown description: String) {
    self.description = description
    answer = .unknown
  }
}
