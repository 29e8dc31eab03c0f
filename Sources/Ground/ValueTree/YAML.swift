// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// YAML as people write it for Kubernetes, and JSON, which is read by the stricter rules of `JSON`.
///
/// Plain scalars are typed as kubectl does, with one difference: `yes`, `no`, `on`, `off`, `y` and
/// `n` are strings. `null`, `~` and nothing are null; `true` and `false` booleans; integers may be
/// decimal, `0x`, `0o`, `0b` or octal with a leading zero. A decimal integer that does not fit
/// `Int64` is a double. Keys are the text as written. Anchors, aliases and merge keys (`<<`) are
/// followed; tags other than those of the types above are refused.
public enum YAML {
  /// Reads all documents of a text. Empty documents are left out.
  ///
  /// At most 16 MiB of UTF-8, 100 levels of lists and maps, and 100,000 values added by aliases. A
  /// key that stands twice in one map, that is null or no scalar is an error.
  ///
  /// - Parameter file: a name for messages.
  public static func documents(_ bytes: [UInt8], file: String) throws(SyntaxError) -> [Document] {
    if looksLikeJSON(bytes), let document = try? JSON.document(bytes, file: file) {
      return [document]
    }
    // YAML has more than JSON even in braces; if it is neither, the YAML reader says why.
    try TextCheck.sizeAndUTF8(bytes, file: file)
    let text = bytes.starts(with: TextCheck.byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
    return try text.withUnsafeBufferPointer { buffer throws(SyntaxError) -> [Document] in
      let reader = try YAMLEventReader(buffer, file: file)
      defer { reader.close() }
      var builder = YAMLTreeBuilder(reader: reader, file: file)
      return try builder.documents()
    }
  }

  /// The text of a value in block style as kubectl prints it, with a line end after it.
  ///
  /// Strings are quoted only when they would read back as something else, here or in a reader of
  /// YAML 1.1. A number that is not finite is written as null.
  public static func encode(_ value: Value) -> String {
    var writer = YAMLWriter()
    writer.writeDocument(value)
    return writer.output
  }

  /// The texts of several values, separated by "---" lines.
  public static func encode(documents: [Value]) -> String {
    documents.map(encode).joined(separator: "---\n")
  }

  private static func looksLikeJSON(_ bytes: [UInt8]) -> Bool {
    let first = bytes.first { byte in ![0x20, 0x09, 0x0A, 0x0D].contains(byte) }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }
}
