// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import ValueTree

/// What the server says when it does not do what was asked.
package struct KubernetesStatus: Sendable, Hashable, CustomStringConvertible {
  package struct Cause: Sendable, Hashable {
    package var field: String
    package var message: String

    package init(field: String, message: String) {
      self.field = field
      self.message = message
    }
  }

  /// The HTTP status.
  package var code: Int
  /// One word: `NotFound`, `AlreadyExists`, `Conflict`, `Expired`, …
  package var reason: String
  package var message: String
  /// The object or collection that is meant; empty when the server does not say.
  package var name = ""
  package var kind = ""
  package var causes: [Cause] = []
  /// Seconds to wait before another attempt.
  package var retryAfter: Int?

  package init(code: Int, reason: String = "", message: String = "") {
    self.code = code
    self.reason = reason
    self.message = message
  }

  init(_ status: KubeStatus) {
    code = Int(status.code)
    reason = status.reason
    message = status.message
    name = status.details.name
    kind = status.details.kind
    causes = status.details.causes.map { Cause(field: $0.field, message: $0.message) }
    if status.details.retryAfterSeconds > 0 { retryAfter = Int(status.details.retryAfterSeconds) }
  }

  /// Nil when the value is no `Status`.
  init?(_ value: Value) {
    guard value["kind"]?.string == "Status" else { return nil }
    code = value["code"]?.int.flatMap(Int.init(exactly:)) ?? 0
    reason = value["reason"]?.string ?? ""
    message = value["message"]?.string ?? ""
    let details = value["details"]
    name = details?["name"]?.string ?? ""
    kind = details?["kind"]?.string ?? ""
    causes = (details?["causes"]?.array ?? []).map {
      Cause(field: $0["field"]?.string ?? "", message: $0["message"]?.string ?? "")
    }
    if let seconds = details?["retryAfterSeconds"]?.int, seconds > 0 {
      retryAfter = Int(exactly: seconds)
    }
  }

  /// Whether a list or watch must begin anew: the revision is no longer kept.
  package var isGone: Bool { code == 410 || reason == "Expired" || reason == "Gone" }

  package var description: String {
    let text = message.isEmpty ? "the server gave no reason" : message
    return "\(text) (HTTP \(code)\(reason.isEmpty ? "" : " \(reason)"))"
  }
}
