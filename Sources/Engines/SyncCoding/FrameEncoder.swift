// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

/// Writes items and the tables that they refer to.
struct FrameEncoder: CodingVisitor {
  typealias Failure = Never

  /// The first byte of every frame of this form.
  static let version: UInt8 = 1
  static var isReading: Bool { false }

  private var texts = Interner()
  private var labelSets = Interner()
  private var lists = Interner()
  private var shapes = Interner()
  private var parts = Interner()
  /// The items, and what a coder appends to.
  var items: [UInt8] = []
  var impliedNode = ""
  /// What has been written of the shapes of what is being written, the innermost last.
  private var shape: [UInt8] = []
  /// References that are being put together.
  private var references: [Int] = []
  private(set) var expansion = 0
  private(set) var count = 0

  var size: Int {
    items.count + texts.size + labelSets.size + lists.size + shapes.size + parts.size + 1
  }

  func frame() -> [UInt8] {
    var frame: [UInt8] = []
    frame.reserveCapacity(size + size / 16)
    frame.append(Self.version)
    texts.write(to: &frame)
    labelSets.write(to: &frame)
    lists.write(to: &frame)
    shapes.write(to: &frame)
    parts.write(to: &frame)
    frame.append(contentsOf: items)
    return frame
  }

  // MARK: Items

  /// Writes one item: what it is about and, unless it takes that back, what it says.
  mutating func item<ID: Coded, Value: Coded>(
    _ kind: Int, _ criticality: Criticality, _ id: ID, _ value: Value?
  ) {
    var id = id
    impliedNode = ""
    count += 1
    expansion += MemoryLayout<ID>.stride + MemoryLayout<Value>.stride
    let start = begin(kind, criticality, isDeletion: value == nil)
    id.visit(&self)
    if var value { value.visit(&self) }
    end(start)
  }

  private typealias Start = (item: Int, shape: Int)

  private mutating func begin(
    _ number: Int, _ criticality: Criticality = .critical, isDeletion: Bool = false
  ) -> Start {
    let start = (items.count, shape.count)
    shape.append(
      varint: number << 2 | (criticality == .critical ? 2 : 0) | (isDeletion ? 1 : 0))
    return start
  }

  private mutating func end(_ start: Start) {
    let number = shapes.number(weight: 0) { [shape] in $0.append(contentsOf: shape[start.shape...])
    }
    shape.removeLast(shape.count - start.shape)
    items.insert(varint: number, at: start.item)
  }

  // MARK: Fields

  mutating func field<C: FieldCoder>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ value: inout C.Value,
    _ coder: C
  ) {
    if let wire = coder.write(value, to: &self) { sign(number, criticality, wire) }
  }

  mutating func structure<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ value: inout T
  ) {
    let start = begin(T.number)
    let header = shape.count
    value.visit(&self)
    if shape.count == header {
      shape.removeLast(header - start.shape)
      return
    }
    expansion += MemoryLayout<T>.stride
    end(start)
    items.insert(varint: items.count - start.item, at: start.item)
    sign(number, criticality, .sized)
  }

  mutating func structures<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ values: inout [T]
  ) {
    if values.isEmpty { return }
    let first = items.count
    write(values)
    items.insert(varint: items.count - first, at: first)
    sign(number, criticality, .sized)
  }

  mutating func shared<T: Coded>(
    _ number: Int, _ name: StaticString, _ criticality: Criticality, _ values: inout [T]
  ) {
    if values.isEmpty { return }
    let first = items.count
    write(values)
    let bytes = Array(items[first...])
    items.removeLast(bytes.count)
    items.append(varint: parts.number(weight: 0) { $0.append(contentsOf: bytes) })
    sign(number, criticality, .varint)
  }

  private mutating func write<T: Coded>(_ values: [T]) {
    for var value in values {
      let start = begin(T.number)
      value.visit(&self)
      end(start)
    }
    expansion += values.count * MemoryLayout<T>.stride
  }

  mutating func group<T: Coded>(_ name: StaticString, _ value: inout T) {
    value.visit(&self)
  }

  private mutating func sign(_ number: Int, _ criticality: Criticality, _ wire: Wire) {
    shape.append(varint: number << 1 | (criticality == .critical ? 1 : 0))
    shape.append(wire.code)
  }

  // MARK: Tables

  /// The number of a text; zero for the empty one.
  mutating func number(of text: some StringProtocol) -> Int {
    if text.isEmpty { return 0 }
    let number = texts.number(weight: text.utf8.count + Expansion.place) {
      $0.append(contentsOf: text.utf8)
    }
    expansion += texts.weight(of: number)
    return number
  }

  /// The number of a list of texts; zero for the empty one.
  mutating func number(of list: [String]) -> Int {
    if list.isEmpty { return 0 }
    references.removeAll(keepingCapacity: true)
    let before = expansion
    for text in list { references.append(number(of: text)) }
    return Self.entry(of: references, weight: expansion - before, in: &lists)
  }

  /// The number of a set of labels; zero for the empty one.
  mutating func number(of labels: [String: String]) -> Int {
    if labels.isEmpty { return 0 }
    references.removeAll(keepingCapacity: true)
    let before = expansion
    // In an order that does not depend on the run: what is equal has equal bytes. By their bytes: how
    // texts compare that are not in one normal form depends on where they come from.
    for (key, value) in labels.sorted(by: {
      $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
    }) {
      references.append(number(of: key))
      references.append(number(of: value))
    }
    return Self.entry(of: references, weight: expansion - before, in: &labelSets)
  }

  private static func entry(
    of references: [Int], weight: Int, in table: inout Interner
  ) -> Int {
    table.number(weight: weight) { bytes in
      for reference in references { bytes.append(varint: reference) }
    }
  }
}
