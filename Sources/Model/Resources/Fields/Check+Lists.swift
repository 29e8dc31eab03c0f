// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

import ValueTree

extension Check {
  /// A list of at most so many elements.
  public static func count<E>(atMost limit: Int) -> Check where T == [E] {
    Check(schema: [.init("maxItems", .int(Int64(limit)))]) { list, context in
      guard list.count > limit else { return }
      context.report(
        FieldProblem(
          path: ValuePath(), message: "must have at most \(limit) items, has \(list.count)"))
    }
  }

  /// A list of so many elements.
  public static func count<E>(_ bounds: ClosedRange<Int>) -> Check where T == [E] {
    Check(schema: [
      .init("minItems", .int(Int64(bounds.lowerBound))),
      .init("maxItems", .int(Int64(bounds.upperBound))),
    ]) { list, context in
      guard !bounds.contains(list.count) else { return }
      let (least, most) = (bounds.lowerBound, bounds.upperBound)
      let wanted = least == most ? "exactly \(least)" : "\(least) to \(most)"
      context.report(
        FieldProblem(
          path: ValuePath(),
          message: "must have \(wanted) item\(most == 1 ? "" : "s"), has \(list.count)"))
    }
  }

  /// A list that is left out where there is nothing in it. Stored ones are not asked.
  static func filledWhenWritten<E>(atMost limit: Int) -> Check where T == [E] {
    Check(schema: [
      .init(StrictSchema.member, .object([.init("minItems", 1)]))
    ]) { list, context in
      guard context.mode == .strict, list.isEmpty else { return }
      context.report(
        FieldProblem(path: ValuePath(), message: "must have 1 to \(limit) items, has 0"))
    }.and(.count(atMost: limit))
  }

  /// A list each of whose elements passes a check.
  public static func each<E: FieldValue>(_ check: Check<E>, atMost limit: Int? = nil) -> Check
  where T == [E] {
    let each = Check(schema: [.init("items", itemSchema(check))]) { list, context in
      for (index, element) in list.enumerated() {
        let before = context.found.count
        check.run(element, &context)
        context.prefixProblems(after: before, with: .index(index))
      }
    }
    return limit.map { each.and(.count(atMost: $0)) } ?? each
  }

  private static func itemSchema<E: FieldValue>(_ check: Check<E>) -> Value {
    var schema = E.schema.members ?? []
    StrictSchema.put(check.schema(), into: &schema)
    return .object(schema)
  }
}
