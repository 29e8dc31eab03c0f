// Calico in Swift
// SPDX-License-Identifier: Apache-2.0

public import ValueTree

/// What a field's value must fulfil beyond its form, with the part that a schema can say of it.
public struct Check<T: Sendable>: Sendable {
  /// Members of the field's OpenAPI schema; made only when a schema is.
  public let schema: @Sendable () -> [Value.Member]
  /// Reports to the context what is wrong.
  public let run: @Sendable (T, inout DecodingContext) -> Void

  public init(
    schema: @escaping @autoclosure @Sendable () -> [Value.Member] = [],
    run: @escaping @Sendable (T, inout DecodingContext) -> Void
  ) {
    self.schema = schema
    self.run = run
  }

  /// A check that answers with what is wrong, or nil.
  public init(
    schema: @escaping @autoclosure @Sendable () -> [Value.Member] = [],
    _ wrong: @escaping @Sendable (T) -> String?
  ) where T: CustomStringConvertible {
    self.init(schema: schema()) { value, context in
      guard let message = wrong(value) else { return }
      context.report(
        FieldProblem(path: ValuePath(), message: message, value: value.description))
    }
  }

  /// A check of what people write. Stored objects are not asked: what an earlier version, or another
  /// tool, has let in works on and can be mended.
  init(whenWritten wrong: @escaping @Sendable (T) -> String?) where T: CustomStringConvertible {
    self.init(strict: [], whenWritten: wrong)
  }

  /// - Parameter schema: what a schema says of it.
  init(
    strict schema: @escaping @autoclosure @Sendable () -> [Value.Member],
    whenWritten wrong: @escaping @Sendable (T) -> String?
  ) where T: CustomStringConvertible {
    self.init(schema: [.init(StrictSchema.member, .object(schema()))]) { value, context in
      guard context.mode == .strict, let message = wrong(value) else { return }
      context.report(
        FieldProblem(path: ValuePath(), message: message, value: value.description))
    }
  }

  /// Both checks.
  public func and(_ other: Check) -> Check {
    let (schema, run) = (schema, run)
    return Check(schema: schema() + other.schema()) { value, context in
      run(value, &context)
      other.run(value, &context)
    }
  }
}

extension Check where T == Int {
  /// A number within bounds.
  public static func range(_ bounds: ClosedRange<Int>) -> Check {
    Check(schema: [
      .init("minimum", .int(Int64(bounds.lowerBound))),
      .init("maximum", .int(Int64(bounds.upperBound))),
    ]) {
      bounds.contains($0)
        ? nil : "must be between \(bounds.lowerBound) and \(bounds.upperBound)"
    }
  }

  /// A number that is not below a bound.
  public static func atLeast(_ bound: Int) -> Check {
    Check(schema: [.init("minimum", .int(Int64(bound)))]) {
      $0 >= bound ? nil : "must be at least \(bound)"
    }
  }

  /// A port that something listens on; 0 turns it off where that is allowed.
  public static var port: Check { .range(1...65535) }
  public static var portOrOff: Check { .range(0...65535) }
}
