// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// JSON as RFC 8259 has it, nothing more: no comments, no trailing commas, no byte order mark.
public enum JSON {
  /// What to do about a key that stands twice in one object.
  public enum DuplicateKeys: Sendable, Hashable {
    /// An error that names both lines: for what people write.
    case refused
    /// Both members stay, in order, and nothing is lost silently: for bytes that a program wrote,
    /// where the search would be wasted time.
    case kept
  }

  /// Reads one value.
  ///
  /// At most 16 MiB of UTF-8 and 100 levels of lists and maps. A number without fraction and
  /// exponent that fits `Int64` is an integer; every other one is a double, and one that is too
  /// large for a double is an error. Half a surrogate pair is an error.
  ///
  /// - Parameter file: a name for messages.
  public static func parse(
    _ bytes: [UInt8], file: String = "", duplicateKeys: DuplicateKeys = .refused
  ) throws(SyntaxError) -> Value {
    var parser = try JSONParser(bytes, file: file, duplicateKeys: duplicateKeys)
    return try parser.document()
  }

  /// Reads one value, as the other `parse` does.
  public static func parse(
    _ text: String, file: String = "", duplicateKeys: DuplicateKeys = .refused
  ) throws(SyntaxError) -> Value {
    try parse(Array(text.utf8), file: file, duplicateKeys: duplicateKeys)
  }

  /// Reads one value with the places of all its parts. Duplicate keys are refused.
  public static func document(_ bytes: [UInt8], file: String) throws(SyntaxError) -> Document {
    var parser = try JSONParser(bytes, file: file, duplicateKeys: .refused)
    var marks: MarkTree? = MarkTree(mark: Mark(line: 1, column: 1))
    let value = try parser.document(marks: &marks)
    guard let marks else { return Document(value: value, file: file) }
    return Document(value: value, file: file, marks: marks)
  }

  /// The text of a value, without a line end after it.
  ///
  /// A double that is an integer below 2⁵³ is written as one, others in the shortest form that
  /// reads back the same. JSON has no infinity: what is not finite is written as null.
  ///
  /// - Parameter indent: spaces for each level, one member or item a line; nil for no white space.
  public static func encode(_ value: Value, indent: Int? = nil) -> String {
    String(decoding: bytes(value, indent: indent), as: UTF8.self)
  }

  /// The text of a value as UTF-8, as `encode` gives it.
  public static func bytes(_ value: Value, indent: Int? = nil) -> [UInt8] {
    var writer = JSONWriter(indent: indent)
    writer.write(value, level: 0)
    return writer.output
  }
}
