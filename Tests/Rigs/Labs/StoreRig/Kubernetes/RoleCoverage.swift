// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

/// Compares a component's role with what it asked the server for: a rule that nothing used is a
/// right too many, a refusal is one too few.
public struct RoleCoverage: Sendable {
  /// One rule of a role.
  public struct Rule: Sendable, Hashable, CustomStringConvertible {
    public var groups: [String]
    public var resources: [String]
    public var verbs: [String]

    public var description: String {
      "\(verbs.joined(separator: ",")) on \(resources.joined(separator: ",")) of "
        + "'\(groups.joined(separator: ","))'"
    }

    func covers(_ event: AuditEvent) -> Bool {
      groups.contains(event.group) && resources.contains(event.resource)
        && verbs.contains(event.verb)
    }
  }

  public let rules: [Rule]

  /// Reads the rules of the roles in a manifest, those of a cluster and those of a namespace.
  public init(manifest: String) throws(RigError) {
    let documents: [Document]
    do {
      documents = try YAML.documents(Array(manifest.utf8), file: "role")
    } catch {
      throw RigError("\(error)")
    }
    var rules: [Rule] = []
    for document in documents
    where ["Role", "ClusterRole"].contains(document.value["kind"]?.string) {
      for rule in document.value["rules"]?.array ?? [] {
        func texts(_ name: String) -> [String] {
          (rule[name]?.array ?? []).compactMap(\.string)
        }
        rules.append(
          Rule(
            groups: texts("apiGroups"), resources: texts("resources"), verbs: texts("verbs")))
      }
    }
    self.rules = rules
  }

  /// The role of one of our components, from `Manifests/rbac`.
  public init(of user: KubernetesUser) throws(RigError) {
    let path = "\(KubernetesServer.manifestFolder)/rbac/\(user.rawValue).yaml"
    try self.init(manifest: RigFolder.text(of: path))
    if rules.isEmpty { throw RigError("\(path) has no role") }
  }

  /// The rules that none of the events used. What was looked for and is not there counts.
  public func unusedRules(_ events: [AuditEvent]) -> [Rule] {
    rules.filter { rule in !events.contains { $0.status != 403 && rule.covers($0) } }
  }

  /// What the rules allow and none of the events did, as `verb resource`, sorted.
  public func unusedRights(_ events: [AuditEvent]) -> [String] {
    var used: Set<[String]> = []
    for event in events where event.status != 403 {
      used.insert([event.group, event.resource, event.verb])
    }
    var unused: Set<String> = []
    for rule in rules {
      for group in rule.groups {
        for resource in rule.resources {
          for verb in rule.verbs where !used.contains([group, resource, verb]) {
            unused.insert("\(verb) \(resource)" + (group.isEmpty ? "" : ".\(group)"))
          }
        }
      }
    }
    return unused.sorted()
  }

  /// The requests that the server refused because the role does not allow them.
  public static func refusals(_ events: [AuditEvent]) -> [AuditEvent] {
    events.filter { $0.status == 403 }
  }
}
