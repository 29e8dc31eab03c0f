// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A workload endpoint's identity: compatibility §1.5, `/calico/v1/host/…/workload/…/endpoint/…`.
public struct WorkloadEndpointID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var namespace: String
  /// The resource's name, `<node>-<orchestrator>-<workload>-<endpoint>`.
  public var name: String

  public init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  public var description: String { "\(namespace)/\(name)" }

  public static func < (a: Self, b: Self) -> Bool {
    (a.namespace, a.name) < (b.namespace, b.name)
  }
}
