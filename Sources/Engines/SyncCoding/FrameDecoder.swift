// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import Selectors

/// Reads a frame's tables, then its items.
///
/// Nothing is believed: no count reserves more than the bytes that are left could hold, references
/// lead only to what was read before, and what they expand to is counted against a limit. What is
/// inside of another is as deep as the declarations are, since what is not declared is skipped.
struct FrameDecoder: CodingVisitor {
  typealias Failure = SyncCodingError

  static var isReading: Bool { true }

  /// How an item, or something inside of one, is laid out.
  struct Shape {
    struct Field {
      var number: Int
      var isCritical: Bool
      var wire: Wire
    }

    var number: Int
    var isCritical: Bool
    var isDeletion: Bool
    var fields: [Field]
  }

  private struct Table<Entry> {
    var entries: [Entry] = []
    var weights: [Int] = []
  }

  private let bytes: [UInt8]
  private(set) var position = 0
  /// Where what is being read ends.
  private var end: Int
  private var texts = Table<String>()
  private var labelSets = Table<[String: String]>()
  private var lists = Table<[String]>()
  private var shapes: [Shape] = []
  /// Where the entries of the last table are.
  private var parts: [Range<Int>] = []
  /// What may still be made of the frame.
  private var budget: Int
  private var selectors: SelectorMemo
  /// By the number of its text, those of this frame.
  private var selectorOfText: [Int: Selector] = [:]

  // Of what is being read now.
  private var shape = Shape(number: 0, isCritical: false, isDeletion: false, fields: [])
  private var next = 0
  /// Why it must allow nothing.
  private var doubt: String?
  /// What it is called.
  private var title = ""

  var impliedNode = ""
  private(set) var unknown: [UnknownPart: Int] = [:]

  init(
    _ bytes: [UInt8], limits: SyncDecoder.Limits, selectors: consuming SelectorMemo
  ) throws(SyncCodingError) {
    self.bytes = bytes
    self.selectors = selectors
    end = bytes.count
    budget = limits.expandedBytes
    guard bytes.count <= limits.frameBytes else {
      throw error("it has \(bytes.count) bytes, more than \(limits.frameBytes)")
    }
    guard let version = bytes.first else { throw error("it is empty") }
    guard version == FrameEncoder.version else {
      throw error("its version is \(version), and not \(FrameEncoder.version)")
    }
    position = 1
    try readTexts()
    try readLabelSets()
    try readLists()
    try readShapes()
    for length in try lengths() {
      parts.append(position..<position + length)
      position += length
    }
  }

  func error(_ message: String) -> SyncCodingError {
    SyncCodingError(title.isEmpty ? message : "\(title): \(message)", at: position)
  }

  /// Counts what is made beyond the bytes that it is made from.
  mutating func spend(_ amount: Int) throws(SyncCodingError) {
    guard amount <= budget else { throw error("it expands to more than it may") }
    budget -= amount
  }

  // MARK: Bytes

  var isAtEnd: Bool { position >= end }

  mutating func byte() throws(SyncCodingError) -> UInt8 {
    guard position < end else { throw error("it ends too early") }
    position += 1
    return bytes[position - 1]
  }

  mutating func varint() throws(SyncCodingError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte()
      guard shift < 63 || byte <= 1 else { throw error("a number has more than 64 bits") }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  /// A number that counts bytes or entries, and is no more than what is left.
  private mutating func count() throws(SyncCodingError) -> Int {
    let value = try varint()
    guard let count = Int(exactly: value), count <= end - position else {
      throw error("it ends too early")
    }
    return count
  }

  /// A big-endian number of at most 16 bytes.
  mutating func number(width: Int) throws(SyncCodingError) -> UInt128 {
    guard width <= end - position else { throw error("it ends too early") }
    var value: UInt128 = 0
    for index in position..<position + width { value = value << 8 | UInt128(bytes[index]) }
    position += width
    return value
  }

  mutating func bytes(_ count: Int) throws(SyncCodingError) -> ArraySlice<UInt8> {
    guard count <= end - position else { throw error("it ends too early") }
    position += count
    return bytes[position - count..<position]
  }

  mutating func text(_ count: Int) throws(SyncCodingError) -> String {
    let slice = try bytes(count)
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw error("a text is not UTF-8")
    }
    return text
  }

  mutating func sizedText() throws(SyncCodingError) -> String {
    let length = try count()
    try spend(length)
    return try text(length)
  }

  /// Goes into a sized value; what is returned is for `leave`.
  mutating func enter() throws(SyncCodingError) -> Int {
    let outer = end
    let length = try count()
    end = position + length
    return outer
  }

  mutating func leave(_ outer: Int) throws(SyncCodingError) {
    guard position == end else { throw error("a value is longer than what it says") }
    end = outer
  }

  private mutating func skip(_ wire: Wire) throws(SyncCodingError) {
    switch wire {
    case .varint: _ = try varint()
    case .sized: position += try count()
    default: _ = try bytes(wire.width ?? 0)
    }
  }

  // MARK: Tables

  /// How long the entries of a table are.
  private mutating func lengths() throws(SyncCodingError) -> [Int] {
    let count = try count()
    try spend(count * Expansion.place)
    var lengths: [Int] = []
    lengths.reserveCapacity(count)
    var sum = 0
    for _ in 0..<count {
      let length = try self.count()
      lengths.append(length)
      sum += length
      guard sum <= end - position else { throw error("it ends too early") }
    }
    return lengths
  }

  private mutating func readTexts() throws(SyncCodingError) {
    let lengths = try lengths()
    texts.entries.reserveCapacity(lengths.count)
    texts.weights.reserveCapacity(lengths.count)
    for length in lengths {
      texts.entries.append(try text(length))
      texts.weights.append(length + Expansion.place)
    }
  }

  private mutating func readLabelSets() throws(SyncCodingError) {
    for length in try lengths() {
      let (outer, before) = (end, budget)
      end = position + length
      var labels: [String: String] = [:]
      labels.reserveCapacity(min(length / 2, 64))
      while position < end {
        let key = try tableText()
        labels[key] = try tableText()
      }
      end = outer
      labelSets.entries.append(labels)
      labelSets.weights.append(before - budget)
    }
  }

  private mutating func readLists() throws(SyncCodingError) {
    for length in try lengths() {
      let (outer, before) = (end, budget)
      end = position + length
      var list: [String] = []
      list.reserveCapacity(min(length, 64))
      while position < end { list.append(try tableText()) }
      end = outer
      lists.entries.append(list)
      lists.weights.append(before - budget)
    }
  }

  private mutating func readShapes() throws(SyncCodingError) {
    for length in try lengths() {
      let outer = end
      end = position + length
      // A field takes two bytes at least.
      try spend(length / 2 * MemoryLayout<Shape.Field>.stride)
      let header = try varint()
      var shape = Shape(
        number: Int(truncatingIfNeeded: header >> 2), isCritical: header & 2 != 0,
        isDeletion: header & 1 != 0, fields: [])
      var last = 0
      while position < end {
        let tag = try varint()
        let wire = Wire(code: try byte())
        let number = Int(truncatingIfNeeded: tag >> 1)
        guard wire.isKnown, number > last else { throw error("a shape's fields are not right") }
        last = number
        shape.fields.append(.init(number: number, isCritical: tag & 1 != 0, wire: wire))
      }
      end = outer
      shapes.append(shape)
    }
  }

  private mutating func reference(below count: Int) throws(SyncCodingError) -> Int {
    let number = try varint()
    guard number <= UInt64(count) else { throw error("it refers to what is not there") }
    return Int(number)
  }

  mutating func tableText() throws(SyncCodingError) -> String {
    let number = try reference(below: texts.entries.count)
    if number == 0 {
      try spend(Expansion.place)
      return ""
    }
    try spend(texts.weights[number - 1])
    return texts.entries[number - 1]
  }

  mutating func tableLabels() throws(SyncCodingError) -> [String: String] {
    let number = try reference(below: labelSets.entries.count)
    if number == 0 { return [:] }
    try spend(labelSets.weights[number - 1])
    return labelSets.entries[number - 1]
  }

  mutating func tableList() throws(SyncCodingError) -> [String] {
    let number = try reference(below: lists.entries.count)
    if number == 0 { return [] }
    try spend(lists.weights[number - 1])
    return lists.entries[number - 1]
  }

  mutating func tableSelector() throws(SyncCodingError) -> Selector {
    let number = try reference(below: texts.entries.count)
    if let known = selectorOfText[number] {
      try spend(Expansion.place)
      return known
    }
    let text = number == 0 ? "" : texts.entries[number - 1]
    // A parsed selector is larger than its text.
    try spend(8 * text.utf8.count + Expansion.place)
    do throws(SelectorError) {
      let selector = try selectors.selector(text)
      selectorOfText[number] = selector
      return selector
    } catch {
      throw self.error("a selector is wrong, \(error)")
    }
  }

  // MARK: Items

  /// The shape of the item that comes next; nil at the end of the frame.
  mutating func nextItem() throws(SyncCodingError) -> Shape? {
    title = ""
    if position == end { return nil }
    shape = try readShape()
    next = 0
    doubt = nil
    impliedNode = ""
    guard shape.number < ItemKind.limit else { throw error("what is no item stands as one") }
    return shape
  }

  /// The rest of an item: without a value where it is taken back, or too little of it is known.
  ///
  /// - Returns: nil where it is not known what it is about.
  mutating func item<ID: Coded, Value: Coded>(
    _ id: ID.Type, _ value: Value.Type
  ) throws(SyncCodingError) -> (ID, Value?)? {
    title = Value.title
    try spend(MemoryLayout<ID>.stride + MemoryLayout<Value>.stride)
    var id = ID.blank
    try id.visit(&self)
    try finish(below: ItemKind.firstOfValue)
    let isKnown = doubt == nil
    if shape.isDeletion {
      try finish()
      return isKnown ? (id, nil) : nil
    }
    var value = Value.blank
    try value.visit(&self)
    try finish()
    guard isKnown else { return nil }
    if let doubt, !value.allowNothing(because: doubt) { return (id, nil) }
    return (id, value)
  }

  /// What of an item is known whose kind is not.
  mutating func unknownItem() throws(SyncCodingError) -> UnknownItem {
    let counted = unknown
    var item = UnknownItem.blank
    try item.visit(&self)
    try finish()
    unknown = counted
    let part = UnknownPart(of: "update", number: shape.number, isCritical: shape.isCritical)
    unknown[part, default: 0] += 1
    return item
  }

  private mutating func readShape() throws(SyncCodingError) -> Shape {
    let number = try reference(below: shapes.count)
    guard number > 0 else { throw error("it refers to what is not there") }
    return shapes[number - 1]
  }

  private mutating func part<T: Coded>(_ type: T.Type) throws(SyncCodingError) -> T {
    let outer = (shape, next, doubt, title)
    title = T.title
    shape = try readShape()
    guard shape.number == T.number else {
      throw error("something else stands in its place")
    }
    next = 0
    doubt = nil
    try spend(MemoryLayout<T>.stride)
    var value = T.blank
    try value.visit(&self)
    try finish()
    let found = doubt
    (shape, next, doubt, title) = outer
    if let found, !value.allowNothing(because: found) { doubt = doubt ?? found }
    return value
  }

  // MARK: Fields

  /// The field of that number, if there is one; those before it are not known.
  private mutating func find(_ number: Int) throws(SyncCodingError) -> Shape.Field? {
    while next < shape.fields.count {
      let field = shape.fields[next]
      if field.number > number { return nil }
      next += 1
      if field.number == number { return field }
      try skipUnknown(field)
    }
    return nil
  }

  /// Skips what is left of the fields below a number, or of all.
  private mutating func finish(below number: Int = .max) throws(SyncCodingError) {
    while next < shape.fields.count, shape.fields[next].number < number {
      next += 1
      try skipUnknown(shape.fields[next - 1])
    }
  }

  private mutating func skipUnknown(_ field: Shape.Field) throws(SyncCodingError) {
    try skip(field.wire)
    note(field)
  }

  /// Counts a field that is not known, or not in full.
  private mutating func note(_ field: Shape.Field) {
    let part = UnknownPart(of: title, number: field.number, isCritical: field.isCritical)
    unknown[part, default: 0] += 1
    if field.isCritical, doubt == nil {
      doubt = "field \(field.number) of \(title) is not known to this version"
    }
  }

  /// For coders that could read only a part of the field at hand.
  mutating func noteUnknownValue() {
    if next > 0 { note(shape.fields[next - 1]) }
  }

  mutating func field<C: FieldCoder>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ value: inout C.Value,
    _ coder: C
  ) throws(SyncCodingError) {
    guard let field = try find(number) else { return }
    let (start, outer) = (position, end)
    if let found = try coder.read(field.wire, from: &self) {
      value = found
    } else {
      (position, end) = (start, outer)
      try skipUnknown(field)
    }
  }

  mutating func structure<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ value: inout T
  ) throws(SyncCodingError) {
    guard let field = try find(number) else { return }
    guard field.wire == .sized else { return try skipUnknown(field) }
    let outer = try enter()
    value = try part(T.self)
    try leave(outer)
  }

  mutating func structures<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ values: inout [T]
  ) throws(SyncCodingError) {
    guard let field = try find(number) else { return }
    guard field.wire == .sized else { return try skipUnknown(field) }
    let outer = try enter()
    while position < end { values.append(try part(T.self)) }
    try leave(outer)
  }

  mutating func shared<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ values: inout [T]
  ) throws(SyncCodingError) {
    guard let field = try find(number) else { return }
    guard field.wire == .varint else { return try skipUnknown(field) }
    let entry = try reference(below: parts.count)
    if entry == 0 { return }
    let outer = (position, end)
    (position, end) = (parts[entry - 1].lowerBound, parts[entry - 1].upperBound)
    while position < end { values.append(try part(T.self)) }
    (position, end) = outer
  }

  mutating func group<T: Coded>(
    _ name: StaticString, _ value: inout T
  ) throws(SyncCodingError) {
    try value.visit(&self)
  }

  /// What is kept for the next frame.
  var memo: SelectorMemo { selectors }
}
