// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// Something wrong with one field.
public struct FieldProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where, from the top of the document.
  public var path: ValuePath
  /// What is wrong, and what is allowed.
  public var message: String
  /// The value that is wrong, as text, where that helps.
  public var value: String?
  /// Whether a field is meant that does not belong where it stands: the message ends in its path.
  private(set) var isUnknownField = false
  /// Whether what stands there is read all the same: something to tell people, nothing more.
  private(set) var isWarning = false
  /// Where such a field may belong.
  var hint: String?

  public init(path: ValuePath, message: String, value: String? = nil) {
    self.path = path
    self.message = message
    self.value = value
  }

  /// A problem at a path of names, such as `"spec", "cidr"`.
  public init(_ steps: String..., message: String, value: String? = nil) {
    self.init(path: ValuePath(steps.map { .key($0) }), message: message, value: value)
  }

  /// A field that is not declared where it stands.
  static func unknownField(_ path: ValuePath, hint: String?) -> FieldProblem {
    var problem = FieldProblem(
      path: path, message: "field in document is not recognized or is in the wrong location")
    problem.isUnknownField = true
    problem.hint = hint
    return problem
  }

  /// A field whose name is written in other letters than its own.
  static func otherCase(of name: String, written: String) -> FieldProblem {
    var problem = FieldProblem(written, message: "is read as \(name), which is how it is written")
    problem.isWarning = true
    return problem
  }

  /// `path: message`, with the value behind it where there is one: on one line, whatever the value.
  public var description: String {
    if isUnknownField { return "\(message): \(path)" + (hint.map { " (\($0))" } ?? "") }
    let place = path.steps.isEmpty ? "" : "\(path): "
    return place + message.onOneLine + (value.map { " (is \($0.quoted))" } ?? "")
  }

  /// The same in the words of Calico's client: `error with field X = 'v' (reason)`.
  public var clientText: String {
    isUnknownField
      ? description : "error with field \(path) = \((value ?? "").quoted) (\(message.onOneLine))"
  }
}
