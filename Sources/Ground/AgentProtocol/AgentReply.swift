// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What the agent answers.
///
/// Any number of `pending` may precede the one reply of another kind that ends a request.
public enum AgentReply: Sendable, Hashable {
  /// The kernel does what the request was about.
  case programmed
  /// Not yet, and why: the client goes on waiting.
  case pending(reason: String)
  /// It cannot be done, and why.
  case failed(reason: String)
  /// The answer to `AgentRequest.status`, in the order to show it.
  case status([StatusEntry])

  /// One line of the agent's status.
  public struct StatusEntry: Sendable, Hashable {
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// Whether nothing more follows it.
  public var isFinal: Bool {
    if case .pending = self { false } else { true }
  }
}
