// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// The name of a workload endpoint: `<node>-<orchestrator>-<workload>-<endpoint>`, where a dash in
/// a part is doubled (compatibility §1.7).
public struct WorkloadEndpointName: Hashable, Sendable, CustomStringConvertible {
  public var node: String
  public var orchestrator: String
  /// The pod in Kubernetes, the container's ID for other users of CNI, else the workload.
  public var workload: String
  public var endpoint: String

  /// Nil when a part is empty, or begins or ends with a dash: the name would not say where it ends.
  public init?(
    node: String, orchestrator: String = "k8s", workload: String, endpoint: String = "eth0"
  ) {
    guard
      [node, orchestrator, workload, endpoint].allSatisfy({
        !$0.isEmpty && !$0.hasPrefix("-") && !$0.hasSuffix("-")
      })
    else { return nil }
    self.node = node
    self.orchestrator = orchestrator
    self.workload = workload
    self.endpoint = endpoint
  }

  /// Reads a name back; nil when it does not have four parts.
  public init?(_ name: String) {
    let parts = Self.parts(of: name)
    guard parts.count == 4 else { return nil }
    self.init(node: parts[0], orchestrator: parts[1], workload: parts[2], endpoint: parts[3])
  }

  /// The parts of a name or of a name's beginning.
  static func parts(of name: String) -> [String] {
    var parts: [String] = []
    var part = ""
    var wasDash = false
    for character in name {
      if character == "-" {
        if wasDash { part.append("-") }
        wasDash.toggle()
        continue
      }
      if wasDash {
        parts.append(part)
        part = ""
        wasDash = false
      }
      part.append(character)
    }
    return parts + [part] + (wasDash ? [""] : [])
  }

  public var description: String {
    Self.prefix(node: node, orchestrator: orchestrator) + Self.escaped(workload) + "-"
      + Self.escaped(endpoint)
  }

  /// What the names of all endpoints of a node begin with.
  public static func prefix(node: String, orchestrator: String? = nil) -> String {
    let prefix = escaped(node) + "-"
    guard let orchestrator else { return prefix }
    return prefix + escaped(orchestrator) + "-"
  }

  /// A dash within a part is doubled.
  private static func escaped(_ part: String) -> String {
    var text = ""
    for character in part {
      text.append(character)
      if character == "-" { text.append("-") }
    }
    return text
  }
}

extension WorkloadEndpointName {
  /// The node that the beginning of a name names; nil when the beginning may be that of several
  /// nodes' endpoints, as `a-` is for the nodes `a` and `a-b`.
  public static func node(ofPrefix prefix: String) -> String? {
    let parts = parts(of: prefix)
    guard parts.count > 1, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    return parts[0]
  }
}
