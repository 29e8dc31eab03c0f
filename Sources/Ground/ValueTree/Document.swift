// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// One document of a file, and where in it each value stands.
public struct Document: Sendable {
  public var value: Value
  /// The file's name as people gave it, for messages; empty when there is none.
  public var file: String
  private let marks: MarkTree?

  /// A document that was not read from a text: it has no marks.
  public init(value: Value, file: String = "") {
    self.value = value
    self.file = file
    marks = nil
  }

  init(value: Value, file: String, marks: MarkTree) {
    self.value = value
    self.file = file
    self.marks = marks
  }

  /// Where a value stands: for a member of an object its key, for an item of a list the item. What
  /// does not exist is shown at its nearest ancestor that does. Nil when the document was not read
  /// from a text.
  public func mark(of path: ValuePath) -> Mark? {
    guard var node = marks else { return nil }
    var current = value
    for step in path.steps {
      let index: Int?
      switch (step, current) {
      case (.key(let key), .object(let members)):
        index = members.firstIndex { $0.key == key }
        if let index { current = members[index].value }
      case (.index(let item), .array(let items)):
        index = items.indices.contains(item) ? item : nil
        if let index { current = items[index] }
      default: index = nil
      }
      // The bound is for a value that was changed after it was read.
      guard let index, index < node.children.count else { break }
      node = node.children[index]
    }
    return node.mark
  }

  /// An error about a value of this document, with its place.
  public func error(at path: ValuePath, _ message: String) -> SyntaxError {
    SyntaxError(
      file: file, mark: mark(of: path) ?? Mark(line: 1, column: 1), path: path, message: message)
  }
}
