// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// The datastore of a lab, as each of its programs is told of it.
public struct LabStore: Sendable {
  /// Environment variables of the agents.
  public var agentSettings: [String: String]
  /// Environment variables of calicoctl.
  public var calicoctlSettings: [String: String]
  /// Environment variables of Typhas.
  public var typhaSettings: [String: String]
  /// Members of the CNI configuration.
  public var pluginSettings: [Value.Member]

  /// - Parameter typhaSettings: the same as the agents' unless given.
  public init(
    agentSettings: [String: String], calicoctlSettings: [String: String],
    typhaSettings: [String: String]? = nil, pluginSettings: [Value.Member]
  ) {
    self.agentSettings = agentSettings
    self.typhaSettings = typhaSettings ?? agentSettings
    self.calicoctlSettings = calicoctlSettings
    self.pluginSettings = pluginSettings
  }

  /// One file that all programs use.
  public static func local(path: String) -> LabStore {
    let settings = ["DATASTORE_TYPE": "local", "CALICO_DATASTORE_PATH": path]
    return LabStore(
      agentSettings: settings, calicoctlSettings: settings,
      pluginSettings: [
        .init("datastore_type", .string("local")), .init("datastore_path", .string(path)),
      ])
  }

  /// An etcd that the nodes can reach.
  ///
  /// - Parameter endpoints: URLs, separated by commas.
  public static func etcd(endpoints: String) -> LabStore {
    let settings = ["DATASTORE_TYPE": "etcdv3", "ETCD_ENDPOINTS": endpoints]
    return LabStore(
      agentSettings: settings, calicoctlSettings: settings,
      pluginSettings: [
        .init("datastore_type", .string("etcdv3")), .init("etcd_endpoints", .string(endpoints)),
      ])
  }
}
