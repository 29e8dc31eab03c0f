// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a lab is like.
public struct LabOptions: Sendable {
  /// How many nodes, 0 to 64. They are called `k8s-n1`, `k8s-n2` and so on, and have the addresses
  /// 172.31.48.11, 172.31.48.12 and so on.
  public var nodes: Int
  /// Whether nodes have IPv6 addresses too: fd31:48::11, fd31:48::12 and so on.
  public var hasIPv6: Bool
  /// Environment variables of every agent.
  public var agentSettings: [String: String]
  /// Which programs must be there.
  public var programs: [String]

  public init(
    nodes: Int = 3, hasIPv6: Bool = false, agentSettings: [String: String] = [:],
    programs: [String] = LabPrograms.all
  ) {
    self.nodes = nodes
    self.hasIPv6 = hasIPv6
    self.agentSettings = agentSettings
    self.programs = programs
  }

  public static let nodeLimit = 64
}
