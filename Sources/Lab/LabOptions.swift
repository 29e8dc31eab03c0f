// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// What a lab is like.
public struct LabOptions: Sendable {
  /// How many nodes, 0 to 64. They are called `k8s-n1`, `k8s-n2` and so on, and have the addresses
  /// 172.31.48.11, 172.31.48.12 and so on.
  public var nodes: Int
  /// Environment variables of every agent.
  public var agentSettings: [String: String]
  /// Which programs must be there.
  public var programs: [String]

  public init(
    nodes: Int = 3, agentSettings: [String: String] = [:],
    programs: [String] = LabPrograms.all
  ) {
    self.nodes = nodes
    self.agentSettings = agentSettings
    self.programs = programs
  }

  public static let nodeLimit = 64
}
