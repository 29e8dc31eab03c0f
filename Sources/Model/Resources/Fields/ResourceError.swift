// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// Why a document does not become a resource: all problems, each with its place in the file.
public struct ResourceError: Error, Hashable, Sendable, CustomStringConvertible {
  public var problems: [FieldProblem]
  /// The file's name, empty when there is no file.
  public var file: String
  /// Where in the file each problem is, as far as that is known; as many as there are problems.
  public var marks: [Mark?]

  public init(_ problems: [FieldProblem], file: String = "") {
    self.problems = problems
    self.file = file
    self.marks = Array(repeating: nil, count: problems.count)
  }

  /// The problems of a document that was read from a file.
  public init(_ problems: [FieldProblem], in document: Document) {
    self.problems = problems
    self.file = document.file
    self.marks = problems.map { document.mark(of: $0.path) }
  }

  /// One line a problem: `file:line:column: path: message`.
  public var description: String {
    let file = file.onOneLine
    return zip(problems, marks).map { problem, mark in
      let place = mark.map { "\(file):\($0.line):\($0.column): " }
      return (place ?? (file.isEmpty ? "" : "\(file): ")) + problem.description
    }.joined(separator: "\n")
  }
}
