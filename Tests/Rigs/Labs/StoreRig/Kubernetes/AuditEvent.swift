// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// One line of the API server's audit log.
public struct AuditEvent: Sendable, Hashable, CustomStringConvertible {
  public var user: String
  public var verb: String
  public var uri: String
  /// Empty for the core group, and where no resource was asked for.
  public var group: String
  /// The resource, with the subresource behind a slash: `pods/status`; empty for other paths.
  public var resource: String
  public var namespace: String
  public var name: String
  public var status: Int
  public var userAgent: String

  public var description: String { "\(user) \(verb) \(uri): \(status)" }

  /// Reads a line's value; nil when it has no user or verb.
  public init?(_ value: Value) {
    guard let user = value["user"]?["username"]?.string, let verb = value["verb"]?.string else {
      return nil
    }
    self.user = user
    self.verb = verb
    uri = value["requestURI"]?.string ?? ""
    let object = value["objectRef"]
    group = object?["apiGroup"]?.string ?? ""
    let part = object?["subresource"]?.string.map { "/\($0)" } ?? ""
    resource = (object?["resource"]?.string ?? "") + part
    namespace = object?["namespace"]?.string ?? ""
    name = object?["name"]?.string ?? ""
    status = value["responseStatus"]?["code"]?.int.map(Int.init) ?? 0
    userAgent = value["userAgent"]?.string ?? ""
  }
}

extension KubernetesServer {
  public var auditLogFile: String { folder.file("audit.log") }

  /// What the log has of one of our users, or of all of them, in order. A request is in it before
  /// its answer has come to an end; a watch once it has ended.
  public func auditEvents(of user: KubernetesUser? = nil) throws(RigError) -> [AuditEvent] {
    var events: [AuditEvent] = []
    for line in RigFolder.text(of: auditLogFile).split(separator: "\n") {
      let value: Value
      do {
        value = try JSON.document(Array(line.utf8), file: "audit.log").value
      } catch {
        // The last line may be half written.
        continue
      }
      guard let event = AuditEvent(value), user == nil || event.user == user?.userName else {
        continue
      }
      events.append(event)
    }
    return events
  }
}
