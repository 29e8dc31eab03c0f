// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The workload endpoint that a message is about.
public struct AttachedEndpoint: Sendable, Hashable {
  /// The node's name, as in the `WorkloadEndpoint`.
  public var node: String
  /// The namespace of the `WorkloadEndpoint`.
  public var namespace: String
  /// The name of the `WorkloadEndpoint`.
  public var name: String
  /// The interface on the host's side, such as "cali0ef24b1a2c3".
  public var interfaceName: String
  /// The container runtime's ID, so that a late message about an earlier sandbox of the same pod
  /// can be told from one about the present one.
  public var containerID: String

  public init(
    node: String, namespace: String, name: String, interfaceName: String, containerID: String
  ) {
    self.node = node
    self.namespace = namespace
    self.name = name
    self.interfaceName = interfaceName
    self.containerID = containerID
  }
}
