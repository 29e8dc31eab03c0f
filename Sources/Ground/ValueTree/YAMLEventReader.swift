// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import CYAML

/// libyaml's event parser over a text that stays in place for as long as the reader is used.
///
/// Every event is copied and released at once, so nothing of libyaml's memory outlives `close()`.
struct YAMLEventReader {
  // On the heap because libyaml keeps a pointer to its own parser.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeBufferPointer<UInt8>
  private let file: String

  init(_ text: UnsafeBufferPointer<UInt8>, file: String) throws(SyntaxError) {
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    self.text = text
    self.file = file
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw SyntaxError(
        file: file, mark: Mark(line: 1, column: 1), message: "no memory to read it with")
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  /// Releases the parser. The reader must not be used after it.
  func close() {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event that matters; the ends of all things are the same `end`.
  func next() throws(SyntaxError) -> YAMLEvent {
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
      defer { yaml_event_delete(&event) }
      if event.type == YAML_STREAM_START_EVENT { continue }
      if event.type == YAML_DOCUMENT_END_EVENT { continue }
      return YAMLEvent(content: Self.content(event), mark: Self.mark(event.start_mark))
    }
  }

  private static func content(_ event: yaml_event_t) -> YAMLEvent.Content {
    let data = event.data
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      return .documentStart
    case YAML_ALIAS_EVENT:
      return .alias(string(data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = data.scalar
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return .scalar(
        YAMLEvent.Scalar(
          text: String(decoding: bytes, as: UTF8.self),
          isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.tag == nil,
          properties: .init(anchor: string(scalar.anchor), tag: string(scalar.tag))))
    case YAML_SEQUENCE_START_EVENT:
      let start = data.sequence_start
      return .sequence(.init(anchor: string(start.anchor), tag: string(start.tag)))
    case YAML_MAPPING_START_EVENT:
      let start = data.mapping_start
      return .mapping(.init(anchor: string(start.anchor), tag: string(start.tag)))
    default:
      return .end
    }
  }

  private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  private static func mark(_ mark: yaml_mark_t) -> Mark {
    Mark(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }

  // MARK: Errors

  private func failure() -> SyntaxError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "not valid YAML"
    if parser.pointee.error == YAML_READER_ERROR {
      // The only errors of the reader itself: the text is UTF-8, that was checked.
      var cursor = TextCursor()
      let mark = cursor.advance(to: Int(parser.pointee.problem_offset), in: Array(text))
      return error(mark, problem)
    }
    let mark = Self.mark(parser.pointee.problem_mark)
    if character(at: mark) == "\t" {
      return error(mark, "a tab cannot stand here: YAML is indented with spaces")
    }
    guard let context = parser.pointee.context else { return error(mark, problem) }
    let start = Self.mark(parser.pointee.context_mark)
    let place = start.line == mark.line ? "" : " that begins in line \(start.line)"
    return error(mark, "\(problem) (\(String(cString: context))\(place))")
  }

  private func error(_ mark: Mark, _ message: String) -> SyntaxError {
    SyntaxError(file: file, mark: mark, path: ValuePath(), message: message)
  }

  private func character(at mark: Mark) -> Unicode.Scalar? {
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.indices.contains(mark.line - 1) else { return nil }
    let line = String(decoding: lines[mark.line - 1], as: UTF8.self)
    return line.unicodeScalars.dropFirst(mark.column - 1).first
  }
}
