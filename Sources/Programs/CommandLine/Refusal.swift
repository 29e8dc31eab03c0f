// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Resources
import ValueTree

/// Why nothing is done with one object that a person wrote. It keeps no other from being written.
///
/// It is told in the words of Calico's client, which scripts look for, each problem with its place
/// in the file: `file:5:3: error with field CIDR = 'x' (spec.cidr: must be a CIDR)`.
struct Refusal: Error, CustomStringConvertible {
  let description: String

  /// - Parameter problems: with paths from the top of the document.
  init(_ problems: [FieldProblem], in document: Document) {
    let file = document.file.onOneLine
    func place(_ problem: FieldProblem) -> String {
      guard let mark = document.mark(of: problem.path) else {
        return file.isEmpty ? "" : "\(file): "
      }
      return "\(file):\(mark.line):\(mark.column): "
    }
    func withValue(_ problem: FieldProblem) -> FieldProblem {
      var problem = problem
      problem.value = problem.value ?? Self.text(of: problem.path, in: document.value)
      return problem
    }
    if problems.count == 1, let only = problems.first {
      description = place(only) + withValue(only).clientText
    } else {
      description =
        "error with the following fields:\n"
        + problems.map { "-  \(place($0))\(withValue($0).clientField)" }.joined(separator: "\n")
    }
  }

  /// What is shown of a value at most.
  private static let valueLimit = 200

  /// What stands at a path; empty when nothing does.
  private static func text(of path: ValuePath, in value: Value) -> String {
    var found = value
    for step in path.steps {
      switch (step, found) {
      case (.key(let key), .object(let members)):
        guard let member = members.first(where: { $0.key == key }) else { return "" }
        found = member.value
      case (.index(let index), .array(let items)):
        guard items.indices.contains(index) else { return "" }
        found = items[index]
      default: return ""
      }
    }
    if found.isNull { return "" }
    return (found.string ?? JSON.encode(found)).cut(to: valueLimit)
  }
}
