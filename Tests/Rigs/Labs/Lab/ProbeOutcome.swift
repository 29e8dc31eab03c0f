// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// How a probe ended.
public enum ProbeOutcome: Sendable, Hashable, CustomStringConvertible {
  /// Somebody answered: `name` is the server's, `source` the address that it saw the question come
  /// from. Both are empty for ICMP.
  case answered(name: String, source: String)
  /// Somebody said that nobody listens.
  case refused
  /// No answer at all: what a policy's drop looks like.
  case timeout
  case unreachable(String)

  public var isAnswered: Bool {
    if case .answered = self { return true }
    return false
  }

  public var description: String {
    switch self {
    case .answered(let name, let source):
      name.isEmpty ? "answered" : "answered by \(name), which saw \(source)"
    case .refused: "refused"
    case .timeout: "timeout"
    case .unreachable(let why): "unreachable \(why)"
    }
  }

  /// A line of `lab-probe` without the target.
  init(line: some StringProtocol) {
    let words = String(line).split(separator: " ").map(String.init)
    switch words.first {
    case "ok":
      self = .answered(
        name: words.count > 1 ? words[1] : "", source: words.count > 2 ? words[2] : "")
    case "refused": self = .refused
    case "timeout": self = .timeout
    default: self = .unreachable(words.dropFirst().joined(separator: " "))
    }
  }
}
