// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// A text that is not what it should be, and where.
public struct SyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file's name as people gave it; empty when the text came from no file.
  public var file: String
  public var mark: Mark
  /// The value that the message is about; nil when nothing was read yet or it concerns the text.
  public var path: ValuePath?
  public var message: String

  public init(file: String, mark: Mark, path: ValuePath? = nil, message: String) {
    self.file = file
    self.mark = mark
    self.path = path
    self.message = message
  }

  /// "file:3:5: spec.order: message"; the file and the path only where there is one.
  public var description: String {
    var text = file.isEmpty ? "" : "\(file.onOneLine):"
    text += "\(mark): "
    if let path, !path.isEmpty { text += "\(path): " }
    return text + message.onOneLine
  }

  /// The same error seen from one level further up. Paths are put together on the way out, so that
  /// reading what is right costs nothing.
  func below(_ step: ValuePath.Step) -> SyntaxError {
    var error = self
    error.path = ValuePath([step] + (path?.steps ?? []))
    return error
  }
}
