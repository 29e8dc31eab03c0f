// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A TCP connection that is kept busy, and attempts without pause at targets that must stay out of
/// reach, until `finish`.
public final class LabStream {
  /// What was seen.
  public struct Report: Sendable {
    /// Messages sent, and answered in order. At the end it waits for the answers that are due, so
    /// that without a loss all are.
    public var sent = 0
    public var answered = 0
    /// The longest time without an answer.
    public var longestSilence = 0
    /// How many messages were without an answer at once.
    public var mostUnanswered = 0
    /// Segments that TCP had to send again.
    public var retransmits = 0
    /// What broke the connection; nil when nothing did.
    public var trouble: String?
    /// For each denied target its tries and those that got an answer.
    public var denied: [(target: String, tries: Int, successes: Int)] = []

    public init() {}
  }

  private let command: RunningCommand
  private let log: String

  init(_ command: RunningCommand, log: String) {
    self.command = command
    self.log = log
  }

  /// Ends it and says what it saw.
  public func finish() throws(LabError) -> Report {
    command.stop()
    let output = LabFiles.read(log) ?? ""
    var report = Report()
    var isComplete = false
    for line in output.split(separator: "\n") {
      let words = line.split(separator: " ")
      func number(_ name: String) -> Int {
        let word = words.first { $0.hasPrefix(name + "=") }
        return word.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
      }
      switch words.first {
      case "stream":
        isComplete = true
        report.sent = number("sent")
        report.answered = number("answered")
        report.longestSilence = number("longest-silence-ms")
        report.mostUnanswered = number("most-unanswered")
        report.retransmits = number("retransmits")
        let trouble = line.range(afterFirst: "trouble=")
        report.trouble = trouble == "none" ? nil : trouble
      case "denied":
        isComplete = true
        report.denied.append(
          (String(words.dropFirst().first ?? ""), number("tries"), number("successes")))
      default: break
      }
    }
    guard isComplete else { throw .notFound("the report of a stream, which wrote: \(output)") }
    return report
  }
}

extension Substring {
  /// What follows the first place where a text stands.
  fileprivate func range(afterFirst text: String) -> String {
    guard let range = firstRange(of: text) else { return "" }
    return String(self[range.upperBound...])
  }
}
