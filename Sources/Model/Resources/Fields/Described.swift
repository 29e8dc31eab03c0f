// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// A value type that declares each of its fields once, by walking them past a visitor.
///
/// Decoding, encoding, schemas and lists of names are all visitors of that one declaration.
public protocol Described: FieldValue {
  init()

  /// Shows every field to the visitor, in the order in which they are written out.
  mutating func fields<V: FieldVisitor>(_ visitor: inout V)
}

extension Described {
  public static var blank: Self { Self() }

  public static func decode(_ value: Value, _ context: inout DecodingContext) -> Self? {
    guard case .object(let members) = value else {
      return context.fail("must be a map, is \(value.typeName)")
    }
    guard members.count <= DecodingVisitor.memberLimit else {
      return context.fail("must have at most \(DecodingVisitor.memberLimit) fields")
    }
    var result = Self()
    var visitor = DecodingVisitor(members: members, context: context)
    result.fields(&visitor)
    let before = context.found.count
    context = visitor.context
    let isFull = before >= DecodingContext.problemLimit
    let hasNews = context.mode == .strict && context.found.count > before
    if !isFull, hasNews || !visitor.strays.isEmpty {
      context.reportStrays(visitor.strays, of: members, after: before, in: .of(Self.self))
    }
    return result
  }

  public static func read(_ json: inout JSONReader) -> Self? {
    guard let object = json.beginObject() else { return nil }
    var result = Self()
    var visitor = ReadingVisitor(json.handOver(), object.members)
    result.fields(&visitor)
    json = visitor.json
    json.end(object)
    return visitor.isSound ? result : nil
  }

  public static var hasParts: Bool { true }

  public func judge(_ context: inout DecodingContext) -> Bool {
    var copy = self
    var visitor = JudgingVisitor(context, hasUnread: false)
    copy.fields(&visitor)
    context = visitor.context
    return visitor.hasUnread
  }

  public func encode() -> Value {
    var copy = self
    var visitor = EncodingVisitor()
    copy.fields(&visitor)
    return .object(visitor.members)
  }

  public static var schema: Value {
    var blank = Self()
    var visitor = SchemaVisitor()
    blank.fields(&visitor)
    return visitor.schema
  }
}
