// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a program on the node tells or asks the agent.
public enum AgentRequest: Sendable, Hashable {
  /// The CNI plugin wired this endpoint and stored it: answer when the kernel is programmed for it.
  case attached(AttachedEndpoint)
  /// The CNI plugin removed this endpoint: answer when nothing of it is left in the kernel.
  case detached(AttachedEndpoint)
  /// How the agent is doing, for tools.
  case status
}
