// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Whether the process is live, or ready, and who says what.
public struct HealthState: Sendable, Equatable {
  /// One reporter's part.
  public struct Part: Sendable, Equatable {
    public var name: String
    public var isGood: Bool
    /// The reporter's own words, or what is wrong with it.
    public var detail: String

    public init(name: String, isGood: Bool, detail: String) {
      self.name = name
      self.isGood = isGood
      self.detail = detail
    }
  }

  public var isGood: Bool
  /// By name.
  public var parts: [Part]
  /// What else is worth knowing, by name. Notes never change `isGood`.
  public var notes: [String]

  /// Who is not well and why: "dataplane: no report for 31 s; store: no connection". Empty when all
  /// is well.
  public var reason: String {
    let bad = parts.filter { !$0.isGood }
    if bad.isEmpty { return isGood ? "" : "nothing has been started yet" }
    return bad.map { $0.detail.isEmpty ? $0.name : "\($0.name): \($0.detail)" }
      .joined(separator: "; ")
  }

  /// A line for each reporter, "ok" or "not ok" first, and for each note.
  public var text: String {
    var lines = parts.map { part in
      (part.isGood ? "ok      " : "not ok  ") + part.name
        + (part.detail.isEmpty ? "" : ": \(part.detail)")
    }
    if parts.isEmpty, !isGood { lines.append("not ok  \(reason)") }
    lines += notes.map { "note    \($0)" }
    return lines.map { LogLine.escaped($0) + "\n" }.joined()
  }
}
