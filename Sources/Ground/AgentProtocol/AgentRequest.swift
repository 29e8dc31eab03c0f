// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a program on the node tells or asks the agent.
public enum AgentRequest: Sendable, Hashable {
  /// The CNI plugin wired this endpoint and stored it: answer when the kernel is programmed for it.
  case attached(AttachedEndpoint)
  /// This endpoint was removed: answer when nothing of it is left in the kernel, and tell those who
  /// wait for it to be in force that they wait in vain. For tools: the CNI plugin does not ask it,
  /// because its DEL is done when the store and the interface are, and waits for no agent.
  case detached(AttachedEndpoint)
  /// How the agent is doing, for tools.
  case status
}
